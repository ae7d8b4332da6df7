"""Words that carry the grammar of a sentence and nothing of its matter, per language."""

from __future__ import annotations

_ENGLISH = """
    a an the this that these those such there
    and or but if then as
    at by for from in into of on to with
    be is are was were will no not
    it they their
"""
_PORTUGUESE = """
    o a os as um uma ao aos à às do da dos das no na nos nas num numa pelo pela pelos pelas
    de em por para com sem até entre
    e ou mas se que quem como quando mais muito também já só mesmo depois nem não seja
    eu tu ele ela nós vós eles elas você vocês me te lhe lhes vos
    meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos nossas
    dele dela deles delas
    este esta estes estas esse essa esses essas aquele aquela aqueles aquelas
    isto isso aquilo qual
    sou é somos são era eram éramos foi fui fomos foram fora fôramos fosse fôssemos fossem for
    formos forem ser serei será seremos serão seria seríamos seriam sejamos sejam
    estar está estou estamos estão estava estávamos estavam esteve estive estivemos estiveram
    estivera estivéramos estiver estivermos estiverem estivesse estivéssemos estivessem
    esteja estejamos estejam
    haver há hei havemos hão houve houvemos houveram houvera houvéramos haja hajamos hajam houver
    houvermos houverem houvesse houvéssemos houvessem houverei houverá houveremos houverão
    houveria houveríamos houveriam
    tem tenho temos têm tinha tínhamos tinham teve tive tivemos tiveram tivera tivéramos
    tenha tenhamos tenham tiver tivermos tiverem tivesse tivéssemos tivessem
    terei terá teremos terão teria teríamos teriam
"""

SMALL_WORDS: dict[str, tuple[str, ...]] = {
    "en": tuple(_ENGLISH.split()),
    "pt": tuple(_PORTUGUESE.split()),
}
