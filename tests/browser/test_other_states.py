"""The states beside a conversation: no barrier that axe-core knows, nothing that sticks out."""

from tests.browser.appearance import examine_all
from tests.browser.form_states import FORM_STATES
from tests.browser.form_states import WORDY as WORDY_FORMS
from tests.browser.host_states import HOST_STATES, WORDY_HOSTS
from tests.browser.mail_states import MAIL_STATES
from tests.browser.mail_states import WORDY as WORDY_MAILS
from tests.browser.other_states import OTHER_STATES, WORDY
from tests.browser.project_states import PROJECT_STATES
from tests.browser.project_states import WORDY as WORDY_PROJECTS
from tests.browser.template_states import TEMPLATE_STATES
from tests.browser.template_states import WORDY as WORDY_TEMPLATES
from tests.browser.visitor import Visitor


def test_every_state_beside_a_conversation_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, OTHER_STATES, WORDY) == []


def test_every_state_of_what_people_fill_in_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, FORM_STATES, WORDY_FORMS) == []


def test_every_page_of_a_host_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, HOST_STATES, WORDY_HOSTS) == []


def test_every_page_of_templates_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, TEMPLATE_STATES, WORDY_TEMPLATES) == []


def test_every_page_of_projects_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, PROJECT_STATES, WORDY_PROJECTS) == []


def test_every_state_of_what_brings_people_back_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, MAIL_STATES, WORDY_MAILS) == []
