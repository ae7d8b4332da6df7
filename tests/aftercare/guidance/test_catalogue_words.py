from __future__ import annotations

from aftercare.guidance.catalogue_words import FeatureNames, FeatureWords

SPIN = FeatureNames(
    "mare-w900",
    {"en": "Spin", "pt": "Centrifugação"},
    {"en": ["spinning", "wring", "spin dry"], "pt": ["centrifugar"]},
)
DOOR = FeatureNames("mare-w900", {"en": "Door lock", "pt": "Trava da porta"}, {"en": ["latch"]})


def test_heading_that_names_a_feature_has_its_single_words() -> None:
    known = FeatureWords([SPIN, DOOR], "en")
    assert known.of("mare-w900", "Choosing the spin speed") == ("spinning", "wring")
    assert known.of("mare-w900", "The door lock does not open") == ("latch",)


def test_heading_with_part_of_a_name_has_nothing() -> None:
    known = FeatureWords([SPIN, DOOR], "en")
    assert known.of("mare-w900", "Cleaning the door") == ()


def test_words_stay_with_their_product_and_language() -> None:
    assert FeatureWords([SPIN], "en").of("brisa-a12", "Spin") == ()
    assert FeatureWords([SPIN], "pt").of("mare-w900", "Centrifugação") == ("centrifugar",)
