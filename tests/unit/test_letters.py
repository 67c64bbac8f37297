"""The templates that come with azpay, and a shop's own in their place (S3.27)."""

from __future__ import annotations

from pathlib import Path

import pytest

from azpay_tui import letters
from azpay_tui.domain.letters import KINDS, LetterError
from azpay_tui.paths import ConfigError


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", KINDS)
def test_every_letter_comes_in_german_and_english(name: str, language: str) -> None:
    template = letters.load(name, language, None)
    assert template.draft is not None
    values = {placeholder: f"<{placeholder}>" for placeholder in template.kind.placeholders}
    subject, text = template.draft.fill(values)
    assert "<order>" in subject
    assert "<shop>" in subject + text
    assert "$" not in subject + text
    assert max(map(len, letters.source(template).splitlines()[1:])) <= 80
    for own in template.kind.own:
        assert f"<{own}>" in subject + text


def test_each_language_has_the_same_letters() -> None:
    assert letters.languages() == ("de", "en")
    assert [(one.kind.name, one.language, one.origin) for one in letters.every(None)] == [
        (name, language, "built in") for name in KINDS for language in ("de", "en")
    ]


def write(directory: Path, name: str, text: str | bytes) -> None:
    directory.mkdir(exist_ok=True)
    (directory / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_shops_own_template_comes_first_in_its_language_alone(tmp_path: Path) -> None:
    """S3.27."""
    write(tmp_path / "own", "payment-method.de.txt", "Subject: Unsere $order\n\nHallo $buyer\n")
    german = letters.load("payment-method", "de", tmp_path / "own")
    assert german.origin == str(tmp_path / "own" / "payment-method.de.txt")
    assert letters.source(german).startswith("Subject: Unsere $order\n")
    assert letters.load("payment-method", "en", tmp_path / "own").origin == "built in"


def test_a_shop_may_write_in_a_language_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "payment-method.fr.txt", "Subject: Commande $order\n\nBonjour $buyer\n")
    assert letters.load("payment-method", "fr", tmp_path).language == "fr"
    with pytest.raises(LetterError, match=r"no template confirmation in the language fr; choose de or en, or write"):
        letters.load("confirmation", "fr", tmp_path)
    found = [(one.kind.name, one.language) for one in letters.every(tmp_path)]
    assert ("payment-method", "fr") in found
    assert ("confirmation", "fr") not in found


def test_a_template_that_will_not_do_is_never_passed_over_for_another(tmp_path: Path) -> None:
    write(tmp_path, "payment-method.de.txt", "Subject: $order\n\n$kundenname\n")
    with pytest.raises(LetterError, match=r"payment-method\.de\.txt: there is no placeholder \$kundenname; "):
        letters.load("payment-method", "de", tmp_path)
    bad = [one for one in letters.every(tmp_path) if one.draft is None]
    assert [(one.kind.name, one.language) for one in bad] == [("payment-method", "de")]
    assert "$kundenname" in bad[0].problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Subject: a\n\nGr\xfc\xdfe\n", "is not UTF-8 text at line 3: save it as UTF-8."),
        (b"Subject: a\n\n" + b"x" * 80_000, "is too large for a letter."),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    write(tmp_path, "payment-method.de.txt", content)
    with pytest.raises(LetterError) as caught:
        letters.load("payment-method", "de", tmp_path)
    assert said in str(caught.value)


def test_a_template_that_others_can_change_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "payment-method.de.txt", "Subject: $order\n\n$buyer\n")
    (tmp_path / "payment-method.de.txt").chmod(0o666)
    with pytest.raises(ConfigError, match=r"Others can change the template .*: chmod go-w "):
        letters.load("payment-method", "de", tmp_path)


@pytest.mark.parametrize("language", ["..", "de/../../x", "German", ""])
def test_a_language_names_no_other_file(tmp_path: Path, language: str) -> None:
    with pytest.raises(LetterError, match="is no language: write two letters such as de or en"):
        letters.load("payment-method", language, tmp_path)
