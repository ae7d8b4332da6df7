"""Products, their parts and features, and faults in what customers write; the sample catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest
import yaml
from rasa.shared.exceptions import InvalidConfigException

from bot.nlu.catalogue_entities import CatalogueEntityExtractor
from bot.nlu.vocabulary import read_vocabulary
from tests.bot.components import ROOT, covered, entities, load, train, understand

CATALOGUE = ROOT / "catalogue"


def _products() -> List[Dict[str, Any]]:
    files = sorted((CATALOGUE / "products").glob("*.yml"))
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]


def _names() -> Iterator[Tuple[str, str]]:
    for product in _products():
        own = {product["model"], *product["name"].values()}
        everyday = product.get("everyday_names", {})
        for name in sorted(own.union(*product["names"].values(), *everyday.values())):
            yield product["id"], name


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    train(CatalogueEntityExtractor, folder, catalogue=str(CATALOGUE))
    return folder


@pytest.fixture(scope="session")
def extractor(trained_folder: Path) -> CatalogueEntityExtractor:
    return load(CatalogueEntityExtractor, trained_folder)


@pytest.mark.parametrize(("product", "name"), list(_names()))
def test_product_is_found_by_each_of_its_names(
    extractor: CatalogueEntityExtractor, product: str, name: str
) -> None:
    assert ("product", product) in entities(extractor, f"{name}.")
    assert ("product", product) in entities(extractor, f"A minha {name.upper()}, help?")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my washng machine does not start", ("product_category", "washing_machine")),
        ("a maquina de labar parou", ("product_category", "washing_machine")),
        ("the cofee machine is dead", ("product", "aroma-c200")),
        ("the expreso machine is dead", ("product", "aroma-c200")),
        ("my robot vaccum is lost", ("product", "vento-r50")),
        ("o aspirador robo parou", ("product", "vento-r50")),
        ("air condicioner not on", ("product", "brisa-a12")),
        ("o ar condisionado nao liga", ("product", "brisa-a12")),
        ("the water purifyer is broken", ("product", "fonte-p30")),
        ("meu purificadro nao funciona", ("product", "fonte-p30")),
        ("the dehumidifyer is full", ("product", "nimbera-d25")),
        ("o desumidificado parou", ("product", "nimbera-d25")),
        ("my qundra beeps", ("product", "quendra-h60")),
        # Written as one word, or apart.
        ("the washingmachine stopped", ("product_category", "washing_machine")),
        ("airconditioner ices up", ("product", "brisa-a12")),
        ("my robovac is lost", ("product", "vento-r50")),
        # Models with a letter for a nought, one nought too many, and more than one of them.
        ("my r5o is lost", ("product", "vento-r50")),
        ("my w9000 leaks", ("product", "mare-w900")),
        ("both W700s leak", ("product", "mare-w700")),
    ],
)
def test_misspelt_name_is_found(
    extractor: CatalogueEntityExtractor, text: str, found: Tuple[str, str]
) -> None:
    assert found in entities(extractor, text)


NO_PRODUCT = """
hello, is anybody there?
I want to talk to a person, please
my order never arrived
it stopped working after two weeks
I would like my money back
what are your opening hours?
where is my refund
can you send somebody tomorrow morning
the technician did not show up
you sent me the wrong colour
how long is the guarantee
thanks, that worked
my sewing machine is broken
the humidifier gives no mist
the cash machine kept my card
the television shows a black screen
I bought a toaster from you
my phone number has changed
this is the third time I write to you
what is the weather like
the delivery man was friendly
please delete everything you know about me
it washes badly
the shop in the centre was closed
olá, bom dia
quero falar com uma pessoa
meu pedido não chegou
parou de funcionar depois de duas semanas
quero meu dinheiro de volta
qual o horário de atendimento?
o técnico não apareceu
veio na cor errada
quanto tempo dura a garantia
obrigada, deu certo
minha máquina de costura quebrou
a televisão está com a tela preta
comprei uma torradeira de vocês
meu umidificador não solta névoa
o frigobar do quarto não esfria
a garantia de um recondicionado
mudei de telefone
é a terceira vez que escrevo
o entregador foi simpático
apaguem tudo o que sabem sobre mim
onde está o meu reembolso
lava mal
a loja do centro estava fechada
""".strip().splitlines()


@pytest.mark.parametrize("text", NO_PRODUCT)
def test_no_product_is_seen_where_none_is_named(
    extractor: CatalogueEntityExtractor, text: str
) -> None:
    named = {name for name, _ in entities(extractor, text)}
    assert named.isdisjoint({"product", "product_category"})


@pytest.mark.parametrize(
    ("text", "products"),
    [
        # Said of a product: whose it is, what is done with it, what it does not do.
        ("minha brisa pinga", ["brisa-a12"]),
        ("minha brisa do quarto não gela", ["brisa-a12"]),
        ("a Brisa da sala pinga", ["brisa-a12"]),
        ("o vento não aspira", ["vento-r50"]),
        ("O VENTO NÃO CARREGA", ["vento-r50"]),
        ("comprei a Fonte ontem", ["fonte-p30"]),
        ("como limpo a fonte?", ["fonte-p30"]),
        ("Aroma não liga", ["aroma-c200"]),
        ("my aroma is dead", ["aroma-c200"]),
        ("the vacuum does not charge", ["vento-r50"]),
        ("meu ar não gela", ["brisa-a12"]),
        ("the robot is stuck", ["vento-r50"]),
        ("i want to send the robot back", ["vento-r50"]),
        ("esse robo ta uma coisa estranha hoje", ["vento-r50"]),
        ("a 900 não centrifuga", ["mare-w900"]),
        ("A garantia da Fonte acabou", ["fonte-p30"]),
        ("a maré não enche", ["washing_machine"]),
        ("meu fogão não esquenta", ["quendra-h60"]),
        ("the stove does not heat", ["quendra-h60"]),
        # A bare answer to the question which product it is.
        ("brisa", ["brisa-a12"]),
        ("o vento, por favor", ["vento-r50"]),
        ("it's the robot", ["vento-r50"]),
        ("900", ["mare-w900"]),
        ("the a 12", ["brisa-a12"]),
        # In the other language it is no word.
        ("how do I set up brisa at home", ["brisa-a12"]),
        ("tem peça para split?", ["brisa-a12"]),
        # Beside another product only where it is written or owned as one.
        ("I have a W900 and my aroma leaks", ["mare-w900", "aroma-c200"]),
        ("a W900 fica no vento", ["mare-w900"]),
        ("a jarra com filtro de água da C200", ["aroma-c200"]),
    ],
)
def test_everyday_word_is_a_product_where_the_message_shows_it(
    extractor: CatalogueEntityExtractor, text: str, products: List[str]
) -> None:
    found = entities(extractor, text)
    assert [value for name, value in found if name in ("product", "product_category")] == products


EVERYDAY = """
o aroma do café está fraco
the aroma of the coffee is too weak
sai um vento quente
o vento sai fraco
não sai vento nenhum
que brisa gostosa
a maré está alta
a fonte de alimentação queimou
qual a fonte dessa informação?
moro na Rua da Fonte, 30
Maria da Fonte
Ana Brisa
meu nome é Ana Brisa
my name is Robert Vento
are you a robot?
não quero falar com robô
can we split the bill
o site está fora do ar
o ar está seco
this is the 12 time I write
the shop is at number 900
it is 900 metres away
na receita vai c 200 ml
the water filter jug from the supermarket
o modo desumidificar não funciona
como desumidificar o quarto
a recipe for the camping stove
""".strip().splitlines()


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_word_is_left_alone_where_it_means_what_it_says(
    extractor: CatalogueEntityExtractor, text: str
) -> None:
    named = {name for name, _ in entities(extractor, text)}
    assert named.isdisjoint({"product", "product_category"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my washing machine leaks", ("product_category", "washing_machine")),
        ("a lava-roupas não liga", ("product_category", "washing_machine")),
        ("my Maré W900 washing machine leaks", ("product", "mare-w900")),
        ("a máquina de lavar W700 vaza", ("product", "mare-w700")),
        # The only one of its kind needs no asking back.
        ("the coffee machine is dead", ("product", "aroma-c200")),
        ("o ar-condicionado pinga", ("product", "brisa-a12")),
        ("the hob is dead", ("product", "quendra-h60")),
        ("o desumidificador pinga", ("product", "nimbera-d25")),
    ],
)
def test_kind_of_product_stands_for_a_product_only_where_there_is_one(
    extractor: CatalogueEntityExtractor, text: str, found: Tuple[str, str]
) -> None:
    assert found in entities(extractor, text)


def test_model_beside_its_kind_is_found(extractor: CatalogueEntityExtractor) -> None:
    found = entities(extractor, "the washing machine, a W900")
    assert found == [("product_category", "washing_machine"), ("product", "mare-w900")]


def test_longest_name_wins_over_its_parts(extractor: CatalogueEntityExtractor) -> None:
    assert entities(extractor, "Purificador de água Fonte P30") == [("product", "fonte-p30")]


def test_feature_is_found_beside_its_product(extractor: CatalogueEntityExtractor) -> None:
    assert entities(extractor, "W900, barulho!") == [
        ("product", "mare-w900"),
        ("feature", "stability"),
        ("symptom", "noise"),
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("the W900 filter", "pump_filter"),
        ("the W700 filter", "lint_filter"),
        ("the R50's filter", "filter"),
        ("o filtro do meu purificador", "filter_cartridge"),
        ("my washing machine needs a door seal", "door_seal"),
        ("o controle da Brisa sumiu", "remote_control"),
    ],
)
def test_part_is_that_of_the_product_in_the_message(
    extractor: CatalogueEntityExtractor, text: str, part: str
) -> None:
    assert ("part", part) in entities(extractor, text)


def test_part_of_an_unknown_product_tells_what_it_is_in_each(
    extractor: CatalogueEntityExtractor,
) -> None:
    (part,) = [
        one
        for one in understand(extractor, "the filter is full").get("entities")
        if one["entity"] == "part"
    ]
    assert part["additional_info"]["by_product"]["mare-w900"] == "pump_filter"
    assert part["additional_info"]["by_product"]["vento-r50"] == "filter"


@pytest.mark.parametrize("text", ["the W900 remote", "W900 will not pump", "unable to pump it"])
def test_what_the_product_has_not_and_what_it_does_is_no_part(
    extractor: CatalogueEntityExtractor, text: str
) -> None:
    assert "part" not in {name for name, _ in entities(extractor, text)}


@pytest.mark.parametrize(
    ("text", "name", "piece"),
    [
        ("É a décima vez! A Maré W900 não liga", "product", "Maré W900"),
        ("😡😡 a máquina de lavar parou 👎🏽", "product_category", "máquina de lavar"),
        ("ﬁne, but my Aroma C200 smells", "product", "Aroma C200"),
        ("o meu AR‑CONDICIONADO… ou melhor, o Brisa A12!", "product", "Brisa A12"),
        ("São duas: a W700, né?", "product", "W700"),
        ("Straße 5, washng machine", "product_category", "washng machine"),
    ],
)
def test_positions_are_those_of_the_customers_text(
    extractor: CatalogueEntityExtractor, text: str, name: str, piece: str
) -> None:
    assert covered(extractor, text)[name] == piece


def test_entities_have_the_form_that_rasa_expects(extractor: CatalogueEntityExtractor) -> None:
    (entity,) = understand(extractor, "W900").get("entities")
    assert entity == {
        "entity": "product",
        "value": "mare-w900",
        "start": 0,
        "end": 4,
        "extractor": "CatalogueEntityExtractor",
    }


def test_earlier_entities_are_kept(extractor: CatalogueEntityExtractor) -> None:
    message = understand(extractor, "W900")
    (again,) = extractor.process([message])
    assert len(again.get("entities")) == 2


def test_names_travel_inside_the_model(trained_folder: Path) -> None:
    loaded = load(CatalogueEntityExtractor, trained_folder, catalogue="/nowhere")
    assert entities(loaded, "W900") == [("product", "mare-w900")]


def test_missing_catalogue_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="Set 'catalogue' of CatalogueEntityExtractor"):
        read_vocabulary(tmp_path)


def test_no_name_stands_for_two_products() -> None:
    owners: Dict[str, set[str]] = {}
    for product, name in _names():
        owners.setdefault(name, set()).add(product)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}
