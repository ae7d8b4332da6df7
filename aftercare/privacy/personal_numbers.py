"""Finds the numbers of cards, accounts and identity papers in what a person wrote.

A number counts only where its check digits are right and something speaks for its kind: the form in
which it is written, the prefix of a card network, or the name that it is called by. Serial, order,
ticket and phone numbers have such digits by chance; what is called so, or can be one, is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, luhn
from stdnum.br import cnpj, cpf
from stdnum.pt import cc, nif

#: National numbers of these countries are recognised without their code; "00" goes before one.
_PHONE_REGIONS = ("BR", "PT", "US")
_LONGEST_PHONE = 15
_CARD_KEPT = 4
#: How far from a number its name may stand, in characters.
_NAME_BEFORE, _NAME_AFTER = 40, 20

# Not inside of a code, an address or a number with a country's code. A name may be glued to it.
_BEGIN = r"(?:(?<=cpf)|(?<=nif)|(?<=cnpj)|(?<![\w+@])(?<![^\W_][-–./=]))"
_END = r"(?![\w@])(?![-–./][^\W_])"
_GAP = r"[ \u00a0.\-–]"

_NAME_OF_OTHERS = r"""\b(?: orders? | pedidos? | encomendas? | compra | purchase | invoice | fatura
    | factura | nota[ ]fiscal | nf-?e? | recibo | receipt | serial | s/?n | s[ée]rie | ticket
    | chamado | protocolo | ref(?:er[eê]nc\w+)? | case | tracking | rastrei\w+ | rastreamento
    | imei | ean | barcode | barras | modelo? | phone | telephone | tel | fone | telefone
    | cell(?:phone)? | mobile | celular | telem[óo]vel | whatsapp | whats | zap
    | call[ ]me | reach[ ]me | lig(?:ar?|ue|uem)(?:[ ]me)? )\b"""
_LINK = r"""(?: [\s:;#=,()\-–º°.]
    | \b(?: numbers? | no | nr | num | n | nº | is | are | was | code | id | at | on | to | here
      | new | my | the | é | e | eh | n[úu]mero | c[óo]digo | do | da | de | para | pro | no | o
      | a | meu | minha | foi | novo | nova | aqui | est[áa] )\b )*"""
#: Names something else that the number belongs to: nothing but small words stand between.
_OTHERS_BEFORE = re.compile(rf"(?P<name>{_NAME_OF_OTHERS}){_LINK}$", re.IGNORECASE | re.VERBOSE)
#: "The card used for the order": there the first noun is what the number is called by.
_BELONGING = re.compile(
    r"[\s:]*(?:(?:of|for|the|my|on|with|used|paid|do|da|de|no|na|para|usado|meu|minha|o|a)\s+)*",
    re.IGNORECASE,
)
#: A code of letters and digits just before: what follows is its continuation.
_CODE_BEFORE = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\S+\s$")


@dataclass(frozen=True)
class PersonalNumber:
    """Where the number stands in the text, and how many of its last digits may stay."""

    start: int
    end: int
    kept: int = 0


@dataclass(frozen=True)
class _Kind:
    """`written` are its forms, the first that fits counts; `begin` is how all of them begin.

    `telling`: is the form alone enough? Where it is not, the number must be called by its name.
    """

    written: tuple[re.Pattern[str], ...]
    valid: Callable[[str], bool]
    names: re.Pattern[str]
    telling: Callable[[str, str], bool]
    kept: int = 0
    begin: re.Pattern[str] | None = None


def find_personal_numbers(
    text: str, serials: Callable[[], Iterable[str]] = tuple
) -> list[PersonalNumber]:
    """Every such number, in order. `serials` gives the patterns of the products' serial numbers.

    It is asked only where something that looks like a personal number was found.
    """
    found: list[PersonalNumber] = []
    for kind in _KINDS:
        for match in _each(kind, text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            if _is_meant(kind, match, serials):
                found.append(PersonalNumber(match.start(), match.end(), kind.kept))
    found.extend(PersonalNumber(*match.span("code")) for match in _SECURITY_CODE.finditer(text))
    return sorted(found, key=lambda number: number.start)


def _each(kind: _Kind, text: str) -> Iterator[re.Match[str]]:
    """All that is written like it, also what begins inside of another match."""
    begin = kind.begin or kind.written[0]
    at = begin.search(text)
    while at:
        for form in kind.written:
            match = form.match(text, at.start())
            if match:
                yield match
        at = begin.search(text, at.start() + 1)


def _is_meant(kind: _Kind, match: re.Match[str], serials: Callable[[], Iterable[str]]) -> bool:
    written = match[0]
    plain = re.sub(r"[\W_]", "", written).upper()
    if not kind.valid(plain):
        return False
    before, after = match.string[: match.start()], match.string[match.end() :]
    own = _own_name(kind, before, after)
    others = _OTHERS_BEFORE.search(before[-2 * _NAME_BEFORE :])
    if others:
        start = len(before) - len(before[-2 * _NAME_BEFORE :]) + others.start()
        return own is not None and own <= start and bool(_BELONGING.fullmatch(before[own:start]))
    if own is not None:
        return True
    if any(re.fullmatch(pattern, plain) for pattern in serials()):
        return False
    if written.isdigit() and (_CODE_BEFORE.search(before) or _can_be_phone(plain)):
        return False
    return kind.telling(written, plain)


def _own_name(kind: _Kind, before: str, after: str) -> int | None:
    """Where the name of the kind ends, if it stands near; nothing with a digit stands between."""
    near = before[-_NAME_BEFORE:]
    for match in reversed(list(kind.names.finditer(near))):
        if not re.search(r"\d", near[match.end() :]):
            return len(before) - len(near) + match.end()
        break
    behind = kind.names.search(after[:_NAME_AFTER])
    if behind and not re.search(r"[\d.,;!?\n]", after[: behind.start()]):
        return len(before)
    return None


def _can_be_phone(digits: str) -> bool:
    if len(digits) > _LONGEST_PHONE:
        return False
    forms: list[tuple[str, str | None]] = [(digits, region) for region in _PHONE_REGIONS]
    if len(digits) == _OLD_CARD_DIGITS:
        forms.append((f"+{digits}", None))
    for written, region in forms:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(written, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _is_iban(plain: str) -> bool:
    return bool(iban.is_valid(plain))


def _is_card(digits: str) -> bool:
    return digits[0] in "23456" and len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def _is_network_card(written: str, digits: str) -> bool:
    """By groups of four as on the card, or by the digits that a network begins with."""
    if re.fullmatch(rf"[0-9]{{4}}(?:{_GAP}[0-9]{{4}}){{2,3}}(?:{_GAP}[0-9]{{1,3}})?", written):
        return True
    length, first = len(digits), int(digits[:4])
    return any(low <= first <= high and length in lengths for low, high, lengths in _NETWORKS)


def _names(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def _form(pattern: str) -> tuple[re.Pattern[str], ...]:
    return (re.compile(pattern, re.IGNORECASE),)


#: Only old cards have so few digits; most numbers of thirteen digits are foreign phones.
_OLD_CARD_DIGITS = 13
#: First four digits from and to, and how long such a card's number is.
_NETWORKS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4000, 4999, (13, 16, 19)),  # Visa
    (5100, 5599, (16,)),  # Mastercard
    (2221, 2720, (16,)),  # Mastercard
    (3400, 3499, (15,)),  # American Express
    (3700, 3799, (15,)),  # American Express
    (3000, 3059, (14, 16, 19)),  # Diners Club
    (3600, 3699, (14, 16, 19)),  # Diners Club
    (3800, 3999, (14, 16, 19)),  # Diners Club, Hipercard
    (3528, 3589, (16, 17, 18, 19)),  # JCB
    (5000, 5099, (16, 17, 18, 19)),  # Elo, Maestro
    (5600, 5899, (16, 17, 18, 19)),  # Maestro
    (6000, 6999, (16, 17, 18, 19)),  # Discover, UnionPay, Elo, Hipercard, Maestro
)

_SECURITY_CODE = re.compile(
    r"\b(?:cvv2?|cvc2?|csc|security code|c[óo]digo de seguran[çc]a)\b\W{0,3}"
    r"(?:(?:is|[ée]|eh)\s{1,3})?(?P<code>[0-9]{3,4})(?![\w-])",
    re.IGNORECASE,
)

_KINDS = (
    _Kind(
        # Words may follow, which look like more of its groups: the longest that is right counts.
        tuple(
            re.compile(rf"{_BEGIN}[a-z]{{2}}[0-9]{{2}}(?:{_GAP}?[a-z0-9]){{{more}}}{_END}", re.I)
            for more in range(30, 10, -1)
        ),
        _is_iban,
        _names("iban"),
        lambda written, plain: True,
        begin=re.compile(rf"{_BEGIN}[a-z]{{2}}[0-9]{{2}}(?:{_GAP}?[a-z0-9]){{11}}", re.I),
    ),
    _Kind(
        _form(
            rf"{_BEGIN}(?:[a-z0-9]{{2}}\.[a-z0-9]{{3}}\.[a-z0-9]{{3}}/[a-z0-9]{{4}}-[0-9]{{2}}"
            rf"|[0-9]{{8}}/[0-9]{{4}}-[0-9]{{2}}|[0-9]{{14}}){_END}"
        ),
        lambda plain: bool(cnpj.is_valid(plain)),
        _names("cnpj"),
        lambda written, plain: True,
    ),
    _Kind(
        _form(
            rf"{_BEGIN}(?:[0-9]{{3}}([. ])[0-9]{{3}}\1[0-9]{{3}}[-–./ ][0-9]{{2}}"
            rf"|[0-9]{{9}}-?[0-9]{{2}}){_END}"
        ),
        lambda plain: bool(cpf.is_valid(plain)),
        _names(r"c\.?p\.?f"),
        lambda written, plain: True,
    ),
    _Kind(
        _form(
            # Of a longer row of groups of four, such as an invoice's key, no part is a card.
            rf"(?<![0-9]{{4}}[ .-]){_BEGIN}(?:[0-9]{{13,19}}"
            rf"|[0-9]{{4}}(?:{_GAP}?[0-9]){{9,15}}){_END}(?!{_GAP}[0-9]{{4}}(?![0-9]))"
        ),
        _is_card,
        _names("cards?", "cart[ãa]o", "visa", "master(?:card)?", "amex", "elo", "hipercard"),
        _is_network_card,
        kept=_CARD_KEPT,
    ),
    _Kind(
        _form(rf"{_BEGIN}[0-9]{{8}} ?[0-9] ?[a-z0-9]{{2}}[0-9]{_END}"),
        lambda plain: bool(cc.is_valid(plain)),
        _names("cc", "cart[ãa]o d[eo] cidad[ãa]o", "citizen card", "bi"),
        lambda written, plain: " " in written and plain[9:11].isalpha(),
    ),
    _Kind(
        _form(rf"{_BEGIN}(?:[0-9]{{3}} [0-9]{{3}} [0-9]{{3}}|[0-9]{{9}}){_END}"),
        lambda plain: bool(nif.is_valid(plain)),
        _names("nif", "nipc", "contribuinte", "n[úu]mero fiscal", "tax (?:number|id)"),
        # Any phone number in Portugal has nine digits, and every eleventh the right last one.
        lambda written, plain: False,
    ),
)
