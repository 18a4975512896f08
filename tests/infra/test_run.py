"""`make run` without a cloud: what it reads from the environment, and what it tells."""

import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client
from msgspec.structs import replace

from app import app
from chalicelib import container
from chalicelib.services.accounts.deletion import delete_account
from chalicelib.services.sessions.example import EXAMPLE_ID
from chalicelib.store.sessions import NOTHING_ELSE
from infra import admin, example
from infra.deploy import parameters_from
from infra.local import cloud, instance, seed
from infra.local.greeting import greeting
from infra.local.instance import Instance
from infra.run import options_from
from tests import fake_anthropic
from tests.api.hosts import Host, new_host
from tests.api.jobs import asked, delete_data
from tests.clock import FakeClock
from tests.e2e.local import free_port
from tests.example_tables import each_row
from tests.snapshots import restore_snapshot

MODELS = {"ModelSmall": "claude-haiku-5-5", "ModelMedium": "claude-sonnet-5-5", "ModelLarge": "claude-opus-5-5"}
SCRIPTED = {"LlmProvider": "scripted", "AnthropicBaseUrl": "", "OpenaiBaseUrl": "", **MODELS}
OWN_MAIL = {"MailFrom": "no-reply@harmonica.localhost"}
NO_BOT = {"TelegramBot": "", "TelegramApiUrl": ""}
NOBODY = "http://127.0.0.1:1"
OUTPUTS = dict.fromkeys(instance.SETTINGS.values(), "a-value")


@pytest.fixture
def running(tmp_path: Path) -> Instance:
    made = Instance(str(tmp_path), free_port(), {"LlmProvider": "scripted"}, OUTPUTS)
    instance.save(made)
    instance.write_private(
        tmp_path / "harmonica.env", "HARMONICA_API_URL=http://127.0.0.1:1\nHARMONICA_API_KEY=hm_live_0\n"
    )
    (tmp_path / "demo-session").write_text("11111111-2222-4333-8444-555555555555")
    return made


def without_demo(parameters: dict[str, str]) -> dict[str, str]:
    """The parameters but for the one with which the demo host signs in, which is another one in every run."""
    host, secret = parameters["DemoSignIn"].split(" ")
    assert host == seed.DEMO_HOST
    assert len(secret) > 40
    return {name: value for name, value in parameters.items() if name != "DemoSignIn"}


def test_every_run_has_a_demo_sign_in_of_its_own_which_no_deployment_takes() -> None:
    given = {"DEMO_SIGN_IN": f"{seed.DEMO_HOST} chosen"}
    first, second = (options_from(given).parameters["DemoSignIn"] for _ in range(2))
    assert len({first, second, given["DEMO_SIGN_IN"]}) == 3
    assert "DemoSignIn" not in parameters_from(given)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_DIR", raising=False)
    options = options_from({})
    assert (options.port, options.folder.name, options.full_package) == (8000, ".local", False)
    assert without_demo(options.parameters) == {**SCRIPTED, **OWN_MAIL, **NO_BOT, "PublicUrl": "http://127.0.0.1:8000"}


def test_the_shell_decides() -> None:
    models = {"MODEL_SMALL": "tiny", "MODEL_MEDIUM": "middling", "MODEL_LARGE": "huge"}
    ceilings = {
        "DAILY_BUDGET": "0",
        "MAX_TURNS": "50",
        "HELP_TEXT": "Call 116 123.",
        "SUPPORT_CONTACT": "help@example.org",
        "MAIL_FROM": "surveys@example.org",
        "SIGN_UP": "open",
    }
    options = options_from({"PORT": "8001", "LLM_PROVIDER": "anthropic", "SUMMARY_DELAY": "2", **models, **ceilings})
    assert without_demo(options.parameters) == {
        "LlmProvider": "anthropic",
        "AnthropicBaseUrl": "",
        "OpenaiBaseUrl": "",
        "PublicUrl": "http://127.0.0.1:8001",
        "SummaryDelay": "2",
        "ModelSmall": "tiny",
        "ModelMedium": "middling",
        "ModelLarge": "huge",
        "DailyBudget": "0",
        "MaxTurns": "50",
        "HelpText": "Call 116 123.",
        "SupportContact": "help@example.org",
        "MailFrom": "surveys@example.org",
        "SignUp": "open",
        **NO_BOT,
    }


@each_row(
    "environment, provider",
    [
        ({}, "scripted"),
        ({"LLM_PROVIDER": "offline"}, "scripted"),
        ({"LLM_PROVIDER": "scripted", "ANTHROPIC_API_KEY": "sk"}, "scripted"),
        ({"ANTHROPIC_API_KEY": "sk"}, "anthropic"),
        ({"ANTHROPIC_BASE_URL": NOBODY}, "anthropic"),
        ({"ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": ""}, "scripted"),
    ],
)
def test_a_key_or_a_server_is_enough_for_a_real_model(environment: dict[str, str], provider: str) -> None:
    parameters = options_from(environment).parameters
    assert parameters["LlmProvider"] == provider
    assert parameters["AnthropicBaseUrl"] == environment.get("ANTHROPIC_BASE_URL", "")


def test_nothing_of_the_last_runs_model_stays() -> None:
    before = options_from({"ANTHROPIC_BASE_URL": NOBODY, "MODEL_SMALL": "tiny", "MODEL_LARGE": "huge"}).parameters
    after = options_from({"ANTHROPIC_API_KEY": "sk"}).parameters
    assert without_demo({**before, **after}) == {
        "LlmProvider": "anthropic",
        "AnthropicBaseUrl": "",
        "OpenaiBaseUrl": "",
        **MODELS,
        **OWN_MAIL,
        **NO_BOT,
        "PublicUrl": after["PublicUrl"],
    }


def test_a_stand_in_of_telegram_has_a_port_of_its_own_and_nothing_of_it_stays() -> None:
    beside = options_from({"TELEGRAM": "fake", "PORT": "8100"})
    assert beside.telegram_port == 8101
    assert beside.parameters["TelegramApiUrl"] == "http://127.0.0.1:8101"
    assert options_from({"TELEGRAM": "fake", "TELEGRAM_PORT": "9000"}).telegram_port == 9000
    real = options_from({"TELEGRAM_BOT": "our_bot"})
    assert (real.telegram_port, real.parameters["TelegramBot"], real.parameters["TelegramApiUrl"]) == (0, "our_bot", "")
    with pytest.raises(SystemExit, match="TELEGRAM=fake starts a stand-in"):
        options_from({"TELEGRAM": "yes"})


def test_no_table_is_bound_to_its_name_before_the_instance_is_known() -> None:
    code = "import sys, infra.run, infra.admin; sys.exit('chalicelib.store.tables' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused_in_a_sentence(port: str) -> None:
    with pytest.raises(SystemExit, match="is no port"):
        options_from({"PORT": port})


def test_functions_see_neither_the_shells_aws_nor_settings_that_no_template_gave_them(tmp_path: Path) -> None:
    shell = {
        "PATH": "/bin",
        "AWS_PROFILE": "work",
        "AWS_ENDPOINT_URL": "http://elsewhere",
        "SUMMARY_DELAY": "2",
        "ANTHROPIC_API_KEY": "sk",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    }
    made = cloud.environment(8123, tmp_path, shell)
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL", "SUMMARY_DELAY", "ANTHROPIC_BASE_URL"} & set(made)
    assert made["ANTHROPIC_API_KEY"] == "sk"
    assert (made["BIND_HOST"], made["AUTH"], made["GATEWAY_PORT"]) == ("127.0.0.1", "true", "8123")


def test_what_a_killed_run_left_in_the_temporary_folder_is_wiped_and_the_state_stays(tmp_path: Path) -> None:
    cloud.prepare(tmp_path)
    (tmp_path / "tmp" / "leaked").write_text("code of a killed function")
    (tmp_path / "state" / "dynamodb.json").write_text("rows")
    cloud.prepare(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (tmp_path / "state" / "dynamodb.json").read_text() == "rows"


def test_only_its_owner_may_enter_where_everything_is_kept(tmp_path: Path) -> None:
    for name in ("state", "objects"):
        (tmp_path / name).mkdir(mode=0o755)
    cloud.prepare(tmp_path)
    assert {folder.stat().st_mode & 0o777 for folder in tmp_path.iterdir()} == {0o700}


def test_what_was_planted_is_forgotten_with_the_state_that_held_it(tmp_path: Path) -> None:
    assert not seed.forget(tmp_path)
    (tmp_path / seed.ENVIRONMENT_FILE).write_text("HARMONICA_API_KEY=hm_live_lost")
    (tmp_path / seed.SESSION_FILE).write_text("an id")
    assert seed.is_noted(tmp_path)
    assert seed.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def start(aws: None, clock: FakeClock, running: Instance, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Starts again, on what is stored and noted: the greeting."""
    monkeypatch.setattr(example, "read_people", tuple)  # their conversations take long, and are tested elsewhere
    monkeypatch.setattr(example, "summarise_now", lambda *_, **__: True)
    monkeypatch.setattr(admin, "_now", clock.now)

    def create(_: str, key: str) -> str:
        return str(Host(Client(app), "", key).new_session(**seed.DEMO_SESSION)["id"])

    monkeypatch.setattr(seed, "_create_session", create)

    def start() -> str:
        seed.forget_removed(Path(running.folder))
        return greeting(running, seed.plant(running, lambda _: None, example=True))

    return start


def noted(running: Instance) -> dict[str, str]:
    return {name: file.read_text() for name in seed.NOTES if (file := Path(running.folder) / name).exists()}


def test_what_is_stored_no_more_is_made_again_and_what_is_there_stays(
    start: Callable[[], str], running: Instance, clock: FakeClock
) -> None:
    start()
    first = noted(running)
    host = Host(Client(app), first[seed.HOST_FILE], seed.address_and_key(Path(running.folder))[1])
    assert set(first) == set(seed.NOTES)
    start()
    assert noted(running) == first
    assert host.call("DELETE", f"/sessions/{first[seed.SESSION_FILE]}").status_code == 204
    start()
    second = noted(running)
    assert {name for name in first if first[name] != second[name]} == {seed.SESSION_FILE}
    admin.revoke_key(host.key)
    start()
    assert {name for name in second if second[name] != noted(running)[name]} == {seed.ENVIRONMENT_FILE}
    delete_account(host.user_id, deps=container.account_deletion_deps())
    assert "There is no example: The example that was deleted is still being removed" in start()
    clock.advance(61)
    for _ in range(3):
        assert all(map(delete_data, asked("deletions")))
    assert f"/results?s={EXAMPLE_ID}" in start()
    last = noted(running)
    assert all(last[name] != second[name] for name in (seed.HOST_FILE, seed.ENVIRONMENT_FILE, seed.SESSION_FILE))
    assert container.sessions().view(EXAMPLE_ID, NOTHING_ELSE).session.owner_id == last[seed.HOST_FILE]


def test_beside_accounts_of_others_only_the_host_and_the_key_are_made(
    start: Callable[[], str], running: Instance, data_stack_in_memory: tuple[list[dict[str, Any]], dict[str, str]]
) -> None:
    start()
    before = noted(running)
    restore_snapshot(data_stack_in_memory[0])
    new_host("ana@example.com")
    said = start()
    after = noted(running)
    assert set(after) == {seed.HOST_FILE, seed.ENVIRONMENT_FILE}
    assert not set(before.values()) & set(after.values())
    assert container.accounts().key(seed.address_and_key(Path(running.folder))[1]).user_id == after[seed.HOST_FILE]
    assert "Others have accounts here, so no session to talk in and no example was made" in said
    assert before[seed.SESSION_FILE] not in said
    admin.plant_example(admin.user_id_of(seed.DEMO_HOST))
    said = start()
    assert f"/results?s={EXAMPLE_ID}" in said
    assert "so no session to talk in was made" in said


def test_other_commands_find_the_instance(running: Instance) -> None:
    found = instance.load(Path(running.folder))
    assert found == running
    settings = found.settings()
    assert settings["AWS_ENDPOINT_URL"] == settings["PUBLIC_URL"] == running.url
    assert {"ACCOUNTS_TABLE", "SESSIONS_TABLE", "CONVERSATIONS_TABLE", "DEPLOYMENT_SECRET_ARN"} <= set(settings)


def test_where_no_instance_is_or_runs_a_sentence_says_so(
    tmp_path: Path, running: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="No instance in"):
        instance.load(tmp_path / "elsewhere")
    monkeypatch.setenv("LOCAL_DIR", running.folder)
    with pytest.raises(SystemExit, match="is not running"):
        instance.activate()


def test_the_greeting_shows_where_everything_is_and_one_command(running: Instance) -> None:
    seed.note_address(running)
    said = greeting(running)
    (command,) = (shlex.split(line) for line in said.splitlines() if line.startswith("  curl "))
    assert "Authorization: Bearer hm_live_0" in command
    assert command[-1] == f"{running.url}/api/v1/me"
    for place in (f"{running.url}/chat?s=11111111-2222-4333-8444-555555555555", f"{running.url}/docs"):
        assert place in said
    assert "example" not in said
    (Path(running.folder) / "example-results").write_text("/results?s=1")
    assert f"{running.url}/results?s=1" in greeting(running)
    assert len(said.splitlines()) <= 20


def test_the_greeting_says_who_answers_and_how_to_get_a_real_model(running: Instance) -> None:
    scripted = greeting(running)
    assert "A script answers" in scripted
    assert all(
        name in scripted for name in ("ANTHROPIC_API_KEY=", "ANTHROPIC_BASE_URL=", "MODEL_SMALL=", "Ollama", "vLLM")
    )
    anthropic = greeting(replace(running, parameters={**SCRIPTED, "LlmProvider": "anthropic"}))
    assert "https://api.anthropic.com" in anthropic
    assert all(model in anthropic for model in MODELS.values())
    assert "ANTHROPIC_API_KEY=" not in anthropic
    assert "There is no ANTHROPIC_API_KEY" in anthropic
    own = {**SCRIPTED, "LlmProvider": "anthropic", "AnthropicBaseUrl": NOBODY, "ModelMedium": "qwen3"}
    served = greeting(replace(running, parameters=own))
    assert NOBODY in served
    assert "qwen3 talks" in served
    assert "Nothing answers at that address" in served
    with fake_anthropic.running() as server:
        assert "Nothing answers" not in greeting(replace(running, parameters={**own, "AnthropicBaseUrl": server.url}))


def test_files_with_keys_are_for_their_owner_only(running: Instance) -> None:
    seed.note_address(running)
    for name in ("harmonica.env", "instance.json"):
        assert stat.S_IMODE((Path(running.folder) / name).stat().st_mode) == 0o600
