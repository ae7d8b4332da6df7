"""Looks at the words of a message: their plain form, and whether they tell more than a wish."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from aftercare.accents import without_accents
from aftercare.catalogue.snapshot import ServiceView
from aftercare.intake.understood import Understood
from aftercare.small_words import SMALL_WORDS

_WORD = re.compile(r"\w+")
#: Words of wishing that say nothing of what happened, in plain form.
_WISHING = """
    want would like need wish could can please help problem issue trouble question thing something
    someone somebody my our your product appliance machine device request report open make ask how
    do does use using tell know get way talk speak contact give send have new again still asap now
    hello hi suggestion feedback opinion review leave
    quero queria gostaria preciso poderia pode posso favor ajuda ajudar problema questao duvida
    coisa algo alguem meu minha nosso produto aparelho maquina pedido pedir abrir fazer registrar
    reportar solicitar como faco usar uso saber dizer falar contato enviar ter novo nova agora
    urgente ola oi bom boa dia tarde noite vou ir
    sugestao opiniao avaliacao avaliar dar deixar
    human agent person operator representative humano pessoa atendente operador
    call mail email phone number telefone numero
"""

#: Words of adding something to a ticket that do not tell what, in plain form.
_ADDING = """
    add adding added attach attaching attached upload send sending include put append share forward
    provide update more extra further additional another info information detail details photo
    photos picture pictures pic pics image images video videos file files document documents
    screenshot screenshots receipt invoice proof note comment case claim ticket tickets request
    number existing forgot forgotten mention complete already opened
    acrescentar acrescento acrescentado adicionar adiciono anexar anexo juntar junto incluir incluo
    colocar mandar mando enviar envio subir complementar completar complemento atualizar mais outra
    outro outros informacao informacoes info dado dados detalhe detalhes foto fotos fotografia
    fotografias imagem imagens video videos arquivo arquivos ficheiro ficheiros documento documentos
    print prints recibo fatura nota fiscal comprovante comprovativo observacao comentario chamado
    chamados ticket processo protocolo atendimento ocorrencia caso solicitacao reclamacao numero
    aberto aberta abri existente esqueci mencionar ja
"""

_NO_STORY = frozenset({"product", "product_category", "email", "phone", "ticket_number"})
#: What customers call a record of a kind, beside its label, in plain form.
_CALLED = {
    "product": "product model machine appliance produto modelo maquina aparelho",
    "description": "description problem fault story descricao problema defeito texto relato",
    "past_date": "date day purchase data dia compra",
    "future_date": "date day visit data dia visita",
    "serial": "serial serie",
    "order_number": "order invoice pedido encomenda fatura",
    "name": "name surname nome sobrenome apelido",
    "email": "email mail",
    "phone": "phone telephone mobile telefone telemovel celular",
    "contact": "contact email phone contato contacto telefone",
    "address": "address street postcode endereco morada rua cep",
}
#: Words of things that fail, in plain form: a question with one of them tells a fault.
_FAULT = re.compile(
    r"\b(?:not|no longer|never|cannot|can ?t|won ?t|does ?n ?t|do ?n ?t|is ?n ?t|did ?n ?t|stop\w*"
    r"|broke\w*|fail\w*|fault\w*|error\w*|leak\w*|stuck|dead|smell\w*|burn\w*|noise|noisy|loud"
    r"|nao|parou|para de|deixou de|quebr\w*|avari\w*|falh\w*|defeito|erro|vaz\w*|pinga\w*|pres[oa]"
    r"|trav\w*|cheir\w*|queim\w*|barulh\w*|estranh\w*)\b"
)


def plain(text: str) -> str:
    """Lower case, without accents, with single spaces."""
    return " ".join(without_accents(text.casefold()).split())


def plain_in_place(text: str) -> str:
    """Like `plain`, but character by character: positions stay those of the text."""
    return "".join(unicodedata.normalize("NFKD", one.casefold())[:1] or one for one in text)


def words_of(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def main_words(text: str) -> list[str]:
    """The words of a text without the small ones."""
    return [word for word in words_of(text) if word not in _small_words() and len(word) > 1]


def telling_words(said: Understood, service: ServiceView) -> list[str]:
    """The words that are left without small words, words of wishing, product and contact."""
    text = said.text_without(*_NO_STORY)
    wishing = set(_WISHING.split()).union(words_of(" ".join(service.name.values())))
    return [word for word in main_words(text) if word not in wishing]


def added_words(said: Understood, service: ServiceView) -> list[str]:
    """The words of a wish to add something to a ticket that already are what is to be added."""
    adding = set(_ADDING.split())
    return [word for word in telling_words(said, service) if word not in adding]


def tells_a_fault(text: str) -> bool:
    """Whether a question speaks of something that fails."""
    return bool(_FAULT.search(plain(text).replace("'", " ").replace("’", " ")))


def called(kind: str) -> frozenset[str]:
    """Words by which customers name a record of this kind."""
    return frozenset(_CALLED.get(kind, "").split())


@cache
def _small_words() -> frozenset[str]:
    possessives = ("your", "seu", "sua", "meu", "minha")
    listed = (*SMALL_WORDS["en"], *SMALL_WORDS["pt"], *possessives)
    return frozenset(plain(word) for word in listed)
