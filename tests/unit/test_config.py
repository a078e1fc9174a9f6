"""Settings come from the environment, whole or not at all."""

from dataclasses import fields

import pytest

from copytaster.config import BadSetting, Settings


def test_an_empty_environment_gives_the_defaults():
    assert Settings.from_environment({}) == Settings()


def test_each_setting_is_read_from_its_own_variable():
    told = {str: "text", int: "7", float: "0.5", bool: "off"}
    environment = {f"COPYTASTER_{f.name.upper()}": told[type(f.default)] for f in fields(Settings)}
    settings = Settings.from_environment(environment)
    for setting in fields(Settings):
        kind = type(setting.default)
        assert getattr(settings, setting.name) == (False if kind is bool else kind(told[kind]))


def test_blank_values_are_no_values_and_blanks_around_a_value_are_dropped():
    settings = Settings.from_environment({"COPYTASTER_CONTACT": "  ", "COPYTASTER_BATCH_PAGES": " 12 "})
    assert settings.contact == ""
    assert settings.batch_pages == 12


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("BATCH_PAGES", "abc", "not a whole number"),
        ("BATCH_PAGES", "1.5", "not a whole number"),
        ("BATCH_PAGES", "0", "more than 0"),
        ("BATCH_PAGES", "-5", "more than 0"),
        ("HOST_DELAY_SECONDS", "soon", "not a number"),
        ("HOST_DELAY_SECONDS", "nan", "0 or more"),
        ("HOST_DELAY_SECONDS", "-1", "0 or more"),
        ("BATCH_SECONDS", "inf", "more than 0"),
        ("SITE_MEMORY", "perhaps", "neither on nor off"),
    ],
)
def test_a_number_that_cannot_be_used_is_refused_by_name(name, value, complaint):
    with pytest.raises(BadSetting, match=complaint) as caught:
        Settings.from_environment({f"COPYTASTER_{name}": value})
    assert f"COPYTASTER_{name}={value!r}" in str(caught.value)


def test_no_delay_and_no_redirects_can_be_asked_for():
    settings = Settings.from_environment(
        {"COPYTASTER_HOST_DELAY_SECONDS": "0", "COPYTASTER_MAX_REDIRECTS": "0"}
    )
    assert (settings.host_delay_seconds, settings.max_redirects) == (0.0, 0)


def test_a_password_is_not_shown_when_settings_are_printed():
    assert "secret" not in repr(Settings(database_url="postgresql://u:secret@db.example/news"))


def test_the_archive_is_below_the_data_folder_unless_it_is_named():
    assert Settings(data_dir="/srv/news").archive == "/srv/news/archive"
    assert Settings(archive_url="s3://news/raw").archive == "s3://news/raw"


def test_the_contact_is_part_of_the_user_agent():
    assert Settings().agent_header == Settings().user_agent
    assert Settings(contact="desk@paper.example").agent_header.endswith("(+desk@paper.example)")


def test_misspelt_settings_are_found_and_those_of_others_are_not():
    environment = {
        "COPYTASTER_CONTCT": "x",
        "COPYTASTER_CONTACT": "x",
        "COPYTASTER_DB_PASSWORD": "x",
        "HOME": "/",
    }
    assert Settings.unknown(environment) == ["COPYTASTER_CONTCT"]


def test_looks_are_hours_in_order_or_none():
    assert Settings().looks == (1, 4, 24, 72, 168)
    assert Settings(revisit_hours=" 24, 0.5,,").looks == (0.5, 24)
    assert Settings(revisit_hours="never").looks == ()


@pytest.mark.parametrize("hours", ["soon", "1,nan", "0", "-1,2", "1;2"])
def test_looks_that_are_no_hours_are_refused(hours):
    with pytest.raises(BadSetting, match="revisit_hours"):
        _ = Settings(revisit_hours=hours).looks
