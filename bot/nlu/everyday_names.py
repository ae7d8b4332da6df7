"""Tells whether an everyday word that is also a product's name means the product in a message."""

from __future__ import annotations

import re
from typing import FrozenSet, Sequence

from bot.nlu.phrases import Found, Token
from bot.nlu.text import word_set

#: Words that say whose or which one it is.
_POSSESSIVES = word_set(
    """
    my our your meu minha meus minhas nosso nossa seu sua teu tua
    """
)
_POINTING = word_set(
    """
    the this that these those o a os as este esta esse essa aquele aquela do da dos das no
    na nos nas deste desta desse dessa neste nesta nesse nessa ao pelo pela
    """
)
_OF = frozenset(["da", "de", "do", "das", "dos"])
#: Words that may stand beside the name where the message says nothing else.
_BESIDE_A_BARE_NAME = _POSSESSIVES | word_set(
    """
    the this that o a os as este esta esse essa do da no na um uma an it its is it's s i
    mean think one yes please thanks e foi sim acho que por favor obrigado obrigada quis
    dizer eu tenho have got maybe model modelo called chama se and about sobre for para with
    com
    """
)
#: After these the word is a person's or a street's name.
_NAMES_BEFORE = re.compile(
    r"\b(?:name(?: is|'s)?|call me|i am|i'm|nome(?: e)?|chamo|sou(?: [oa])?|senhora?|sra?|dona|mrs?"
    r"|ms|rua|r\.|avenida|av\.?|travessa|praca|largo|street|road|avenue|bairro|edificio|vila|cidade)"
    r"(?: [^\W\d_]+){0,2} ?$"
)
_REACH_OF_NAMES = 4
#: What everyday things have or do: "o aroma do café", "the aroma of", "o vento sai fraco".
_EVERYDAY_AFTER = word_set(
    """
    from do da dos das que that which sai sair saindo sopra vem forte fraco fraca
    quente frio fria gelado gelada livre puro pura seco seca nenhum nenhuma gostosa gostoso
    outside outdoors comes jug bottle metros reais euros gramas ml kg minutos horas
    """
)
_EVERYDAY_BEFORE = word_set("sem muito muita pouco pouca algum nenhum sai sair saindo")
#: Words of owning, buying, using: what is done with a product.
_DEVICE_WORDS = word_set(
    """
    send strange weird bought buy ordered order purchased returned return warranty guarantee
    install installed installation manual reset setup connect charge clean cleaning wattage
    watts power price cost model serial technician workshop tech techs maintenance spare parts
    brushes broken limpo ligo uso troco programo instalo configuro reseto desligo carrego lavo
    repair fix fault defect works working remote app delivered comprei comprar comprou pedi
    pedido encomendei devolver garantia instalar instalacao instalaram resetar reiniciar
    configurar conectar carregar limpar limpeza potencia consumo preco custa modelo serie
    tecnico conserto consertar defeito funciona funcionando usar manutencao revisao mandar
    devolvo estranho estranha entregue voltagem bivolt chegou veio oficina pecas laminas escovas
    """
)
_ENGLISH = word_set(
    """
    the my is not it and i you how what do does did won't doesn't can't isn't this to of
    with for are was has have will from on at
    """
)
_PORTUGUESE = word_set(
    """
    nao que meu minha para com uma e de da do esta foi como qual ele ela em na os das dos seu sua
    mais tem
    """
)


def shows_a_product(
    text: str, tokens: Sequence[Token], found: Found, device: FrozenSet[int], others: bool
) -> bool:
    """Whether the everyday name at `found` means a product.

    `device` holds the places of words that speak of a device, `others` says whether another product
    is named without doubt.
    """
    before = tokens[found.first - 1].text if found.first else ""
    after = tokens[found.last].text if found.last < len(tokens) else ""
    rest = [
        token.text for place, token in enumerate(tokens) if not found.first <= place < found.last
    ]
    words = [word for word in rest if word[0].isalnum()]
    if all(word in _BESIDE_A_BARE_NAME for word in words):
        return True
    if after in ("de", "of") or before in _EVERYDAY_BEFORE:
        return False
    numbered = any(map(str.isdigit, found.label))
    if _is_capital(text, tokens, found) and not numbered:
        return True
    if before in _POSSESSIVES:
        return True
    if others or after in _EVERYDAY_AFTER:
        return False
    if before not in _POINTING and found.first:
        return False
    return bool(device - set(range(found.first, found.last)) or _DEVICE_WORDS.intersection(words))


def is_of_a_person_or_place(tokens: Sequence[Token], found: Found) -> bool:
    """Whether the words before introduce a name: "my name is Ana ...", "Rua da ..."."""
    before = tokens[max(found.first - _REACH_OF_NAMES, 0) : found.first]
    return bool(_NAMES_BEFORE.search(" ".join(token.text for token in before)))


def language_of(tokens: Sequence[Token]) -> str:
    """The language of which a message has more small words; empty where it has as many of both."""
    english = sum(token.text in _ENGLISH for token in tokens)
    portuguese = sum(token.text in _PORTUGUESE for token in tokens)
    if english == portuguese:
        return ""
    return "en" if english > portuguese else "pt"


def _is_capital(text: str, tokens: Sequence[Token], found: Found) -> bool:
    """Written like a name, where other words are not."""
    if not text[tokens[found.first].start].isupper() or found.first == 0 or text.isupper():
        return False
    before = tokens[found.first - 1]
    if not before.text[0].isalnum():
        return False  # the beginning of a sentence
    # "Ana Brisa" and "Ana da Fonte" are persons.
    if before.text in _OF and found.first > 1:
        before = tokens[found.first - 2]
        return not text[before.start].isupper() or before.text in _DEVICE_WORDS
    return not text[before.start].isupper() or before.text in _POINTING | _POSSESSIVES
