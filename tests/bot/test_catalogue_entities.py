"""Products, kinds of products and features in what customers write, with the sample catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest
import yaml
from rasa.shared.exceptions import InvalidConfigException

from bot.nlu.catalogue_entities import CatalogueEntityExtractor, read_names
from tests.bot.components import ROOT, covered, entities, load, train, understand

CATALOGUE = ROOT / "catalogue"


def _products() -> List[Dict[str, Any]]:
    files = sorted((CATALOGUE / "products").glob("*.yml"))
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]


def _names() -> Iterator[Tuple[str, str]]:
    for product in _products():
        own = {product["model"], *product["name"].values()}
        for name in sorted(own.union(*product["names"].values())):
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
    assert {name for name, _ in entities(extractor, text)} <= {"feature"}


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
    assert entities(extractor, "W900, não centrifuga!") == [
        ("product", "mare-w900"),
        ("feature", "spin"),
    ]


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
        read_names(tmp_path)


def test_no_name_stands_for_two_products() -> None:
    owners: Dict[str, set[str]] = {}
    for product, name in _names():
        owners.setdefault(name, set()).add(product)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}
