"""The pages of a host, by name: signing in, the dashboard, a session, keys, the account."""

from playwright.sync_api import Page, expect

from tests.browser.visitor import ASK, ENDS, LABEL, OPTIONS, RECAP, SAY, SEE, State, Visitor


def sign_in(visitor: Visitor) -> Page:
    """The page that asks for an address, after one that is none."""
    page = visitor.stranger()
    page.goto("/sign-in")
    page.locator("#email").fill("nowhere")
    page.locator("form:has(#email) button").click()
    expect(page.locator(".error")).to_be_visible()
    return page


def sign_in_code(visitor: Visitor) -> Page:
    """The page that takes the code, after a wrong one."""
    page = visitor.stranger()
    page.goto("/sign-in")
    page.locator("#email").fill(f"{visitor.tongue}@example.com")
    page.locator("form:has(#email) button").click()
    page.locator("#code").fill("000000")
    page.locator("form:has(#code) button").click()
    expect(page.locator(".error")).to_be_visible()
    return page


def sign_in_ended(visitor: Visitor) -> Page:
    """The page to sign in again, with what was sent when the sign-in had ended."""
    page = visitor.signed_in()
    page.goto("/keys")
    page.locator("[name=name]").fill(LABEL[visitor.tongue])
    page.context.clear_cookies(name="harmonica")
    page.locator("form:has([name=once]) button").click()
    expect(page.locator(".kept dd").first).to_have_text(LABEL[visitor.tongue])
    return page


def dashboard(visitor: Visitor) -> Page:
    """The first page, with sessions, and what can be done with one."""
    visitor.session()
    page = visitor.signed_in()
    page.goto("/")
    page.locator(".sessions > li:has(.copy) summary").first.click()
    expect(page.locator(".sessions .copy input").first).to_be_visible()
    return page


def new_session(visitor: Visitor) -> Page:
    """The last step of a session, with its name missing, and a hint beside the goal."""
    page = visitor.signed_in()
    page.goto("/")
    page.locator("#goal").fill("? ?")
    page.locator(".ask button").first.click()
    page.locator("[name=do][value=skip]").click()
    page.locator("#context").fill(SAY[visitor.tongue])
    page.locator(".actions [name=do][value=next]").click()
    expect(page.locator("#topic")).to_be_visible()
    page.locator(".actions [name=do][value=next]").click()
    expect(page.locator(".error")).to_have_count(1)
    expect(page.locator(".advice")).to_have_count(2)
    return page


def suggestions(visitor: Visitor) -> Page:
    """A brief with suggestions beside two of its fields, one of which is in use."""
    session = visitor.session(draft=True)
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}/brief?step=topic")
    for field in ("goal", "topic"):
        page.locator(f"[name=suggest][value={field}]").click()
        expect(page.locator(f"#{field}-suggested li")).to_have_count(2)
    page.locator("[data-puts=goal]").first.click()
    expect(page.locator("#goal-suggested .hint").first).to_be_visible()
    return page


def brief_of_two(visitor: Visitor) -> Page:
    """A brief that somebody else changed while it was being written: saved by itself, but for what both wrote."""
    session = visitor.session(draft=True)
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}/brief")
    assert visitor.cloud.call("PATCH", f"/sessions/{session}", {"goal": SAY[visitor.tongue]}).status == 200
    page.locator("#goal").fill(LABEL[visitor.tongue])
    expect(page.locator(".clash")).to_be_visible()
    return page


def draft(visitor: Visitor) -> Page:
    """A session to look over before it is opened, and how to delete it."""
    session = visitor.session(draft=True)
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}")
    expect(page.locator("[name=do][value=open]")).to_be_visible()
    page.locator("details.card summary").last.click()
    return page


def not_open(visitor: Visitor) -> Page:
    """The link of a draft, for a member of it."""
    session = visitor.session(draft=True)
    page = visitor.signed_in()
    page.goto(f"/chat?s={session}")
    expect(page.locator(f"main a[href$='sessions/{session}']")).to_be_visible()
    return page


def session(visitor: Visitor) -> Page:
    """A session that is open, and how to delete it."""
    made = visitor.session()
    page = visitor.signed_in()
    page.goto(f"/sessions/{made}")
    expect(page.locator("#link")).to_have_value(f"{visitor.cloud.url}/chat?s={made}")
    page.locator("details.card summary").last.click()
    return page


def duplicate(visitor: Visitor) -> Page:
    """The duplicate of a session, with what is not as in the other one, and Telegram groups to choose."""
    for number in range(2):
        visitor.cloud.call("POST", "/integrations/telegram/groups", {"group_id": f"-10{number}", "group_name": "Group"})
    other = visitor.session(distribution=[{"group_id": "-100"}])
    page = visitor.signed_in()
    page.goto(f"/sessions/{other}")
    page.locator("button[value=clone]").click()
    expect(page.locator("#told ~ .notice li")).to_have_count(1)
    expect(page.locator("[name='group.2']")).to_be_visible()
    return page


def prompt(visitor: Visitor) -> Page:
    """Versions of a prompt, and a brief that has changed since the current one was written from it."""
    session = visitor.session(prompt=SAY[visitor.tongue], prompt_summary=LABEL[visitor.tongue])
    brief = {"topic": LABEL[visitor.tongue], "goal": SAY[visitor.tongue]}
    changed = {"prompt": RECAP[visitor.tongue], "prompt_generated_from": brief}
    assert visitor.cloud.call("PATCH", f"/sessions/{session}", changed).status == 200
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}/prompt")
    expect(page.locator("#drift")).to_be_visible()
    expect(page.locator("#prompt-versions li")).to_have_count(2)
    return page


def prompt_version(visitor: Visitor) -> Page:
    """A version, and what is different from the current one."""
    page = prompt(visitor)
    page.locator("#prompt-versions li a").last.click()
    expect(page.locator("del").first).to_be_visible()
    return page


def prompt_proposal(visitor: Visitor) -> Page:
    """A prompt that was written and not stored."""
    page = prompt(visitor)
    page.locator("button[value=anew]").click()
    expect(page.locator("#proposal")).to_be_visible()
    return page


def prompt_editor(visitor: Visitor) -> Page:
    """The text of a proposal to edit, after it was emptied."""
    page = prompt_proposal(visitor)
    page.locator("button[value=edit]").click()
    page.locator("#text").fill("")
    page.locator("button[value=save]").click()
    expect(page.locator(".error")).to_be_visible()
    return page


def review(visitor: Visitor) -> Page:
    """What a review of the facilitator found, after no rule was ticked."""
    made = visitor.session(questions=[])
    for number in range(6):
        visitor.model.says(ASK[visitor.tongue])
        visitor.said(made, f"p{number % 2}")
    page = visitor.signed_in()
    page.goto(f"/sessions/{made}/review")
    page.locator("button[value=run]").click()
    expect(page.locator(".evidence li")).to_have_count(2)
    page.locator("button[value=apply]").click()
    expect(page.locator(".alert")).to_be_visible()
    return page


def history(visitor: Visitor) -> Page:
    """What the texts of a session were before, short ones with what is different."""
    page, path = visitor.signed_in(), f"/sessions/{visitor.session()}"
    for changes in (
        {"goal": SAY[visitor.tongue]},
        {"goal": RECAP[visitor.tongue], "context": RECAP[visitor.tongue] * 5},
    ):
        assert visitor.cloud.call("PATCH", path, changes).status == 200
    page.goto(f"{path}/history")
    expect(page.locator(".history del").first).to_be_visible()
    return page


def history_revision(visitor: Visitor) -> Page:
    """An earlier text, and what would be different if it came back."""
    page = history(visitor)
    page.locator(".history .button").first.click()
    expect(page.locator("#back")).to_be_visible()
    return page


def test_run(visitor: Visitor) -> Page:
    """A test run that has begun."""
    visitor.model.says(ASK[visitor.tongue])
    session = visitor.session(questions=[])
    page = visitor.signed_in()
    page.goto(f"/chat?s={session}&test=1")
    page.locator("#join button").click()
    expect(page.locator(".test-run button")).to_have_count(2)
    expect(page.locator(".message").first).to_be_visible()
    return page


def form_editor(visitor: Visitor) -> Page:
    """The form with a question that is removed, an empty one, and one that somebody else changed as well."""
    page, path = visitor.signed_in(), f"/sessions/{visitor.session()}"
    page.goto(f"{path}/form")
    asked = visitor.cloud.call("GET", path).json()["questions"]
    asked[0]["text"] += " +"
    changed = [{name: value for name, value in it.items() if name != "position"} for it in asked]
    assert visitor.cloud.call("PATCH", path, {"questions": changed}).status == 200
    page.locator("#q0-text").fill(LABEL[visitor.tongue])
    page.locator("button[value^=remove]").last.click()
    page.locator("button[value=add]").click()
    expect(page.locator(".questions .gone")).to_be_visible()
    expect(page.locator(".questions > li")).to_have_count(len(asked) + 1)
    page.locator(".save button").click()
    expect(page.locator(".clash")).to_have_count(1)
    expect(page.locator(".questions .error")).to_have_count(1)
    return page


def session_settings(visitor: Visitor) -> Page:
    """The settings, one of them changed by somebody else as well, and one that cannot be."""
    page, path = visitor.signed_in(), f"/sessions/{visitor.session()}"
    page.goto(f"{path}/settings")
    assert visitor.cloud.call("PATCH", path, {"welcome_message": LABEL[visitor.tongue]}).status == 200
    page.locator("#welcome_message").fill(SAY[visitor.tongue])
    page.locator("#duration_minutes").fill("600")
    page.locator(".save button").click()
    expect(page.locator(".clash")).to_have_count(1)
    expect(page.locator(".error")).to_have_count(1)
    return page


def summary(visitor: Visitor) -> Page:
    """A summary with a theme that is opened, and its table."""
    page = visitor.signed_in()
    page.goto(f"/sessions/{_summed_up(visitor)}/summary")
    page.locator(".theme summary").first.click()
    expect(page.locator(".theme[open]").first).to_be_visible()
    page.locator(".themes > details:last-child summary").click()
    return page


def summary_history(visitor: Visitor) -> Page:
    """The summaries before, and what changed."""
    page = visitor.signed_in()
    page.goto(f"/sessions/{_summed_up(visitor)}/summaries")
    expect(page.locator("#changes")).to_be_visible()
    page.locator("details.card > summary").click()
    return page


def _summed_up(visitor: Visitor) -> str:
    """A session with two summaries, of one person and of two."""
    made = visitor.session(questions=[], critical=LABEL[visitor.tongue], results_visibility="public")
    for person in range(2):
        visitor.model.says(ASK[visitor.tongue])
        visitor.said(made, f"p{person}")
        assert visitor.cloud.call("POST", f"/sessions/{made}/summary", {}).status == 200
    return made


def recap(visitor: Visitor) -> Page:
    """Four people in short, the points of one of them, and the table of what they share."""
    page = visitor.signed_in()
    page.goto(f"/sessions/{_compared(visitor)}/recap")
    expect(page.locator("article.card")).to_have_count(4)
    page.locator(".figure summary").click()
    page.locator("article.card summary").first.click()
    return page


def similarity(visitor: Visitor) -> Page:
    """A map of four people, and what they share."""
    page = visitor.signed_in()
    page.goto(f"/sessions/{_compared(visitor)}/similarity")
    expect(page.locator("svg.map[role=img] path")).to_have_count(1)
    return page


def _compared(visitor: Visitor) -> str:
    """A session of four people who say the same."""
    made = visitor.session(questions=[])
    for person in range(4):
        visitor.model.says(ASK[visitor.tongue])
        visitor.said(made, f"p{person}")
    assert visitor.cloud.call("POST", f"/sessions/{made}/summary", {}).status == 200
    return made


def insights(visitor: Visitor) -> Page:
    """An insight with a quote, and one that is edited, with a quote that nobody said."""
    session = visitor.session(questions=[])
    visitor.model.says(ASK[visitor.tongue])
    visitor.said(session)
    for title in (LABEL[visitor.tongue], None):
        note = {
            "title": title,
            "content": RECAP[visitor.tongue],
            "quotes": [{"text": SAY[visitor.tongue]}],
            "visible": True,
        }
        assert visitor.cloud.call("POST", f"/sessions/{session}/insights", note).status == 201
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}/insights")
    page.locator("#insights .card a.button").last.click()
    page.locator("#quotes").fill(LABEL[visitor.tongue])
    page.locator("button[value=save]").click()
    expect(page.locator(".error")).to_have_count(1)
    page.locator("#insights summary").first.click()
    return page


def answers(visitor: Visitor) -> Page:
    """What five people answered in the form and on a scale, and the scale by what they answered in the form."""
    options = OPTIONS[visitor.tongue]
    asked = [{"text": LABEL[visitor.tongue], "type": "Options", "options": options}, {"text": ASK[visitor.tongue]}]
    made = visitor.session(questions=asked, widgets_enabled=True)
    choice, words = (it["id"] for it in visitor.cloud.call("GET", f"/sessions/{made}/questions").json()["data"])
    low, high = ENDS[visitor.tongue]
    for number in range(5):
        who = {"participant_id": f"p{number}", "participant_name": ""}
        given = [{"question_id": choice, "answer": options[0]}, {"question_id": words, "answer": SAY[visitor.tongue]}]
        visitor.model.says(ASK[visitor.tongue])
        joined = visitor.cloud.call("POST", f"/sessions/{made}/chat/questions", {**who, "answers": given})
        visitor.model.shows("RatingScale", LABEL[visitor.tongue], min=0, max=10, minLabel=low, maxLabel=high)
        shown = visitor.cloud.call("POST", f"/sessions/{made}/chat", {**who, "content": SAY[visitor.tongue]})
        chosen = {**who, "content": SEE[visitor.tongue], "widget_value": 2 * number}
        chose = visitor.cloud.call("POST", f"/sessions/{made}/chat", chosen)
        assert (joined.status, shown.status, chose.status) == (200, 200, 200)
    (widget,) = visitor.cloud.call("GET", f"/sessions/{made}/answers").json()["widgets"]
    page = visitor.signed_in()
    page.goto(f"/sessions/{made}/answers")
    page.locator("#of").select_option(widget["id"])
    page.locator("#by").select_option(choice)
    expect(page.locator("#sliced tbody tr")).to_have_count(2)
    page.locator("figure summary").first.click()
    return page


def answer_texts(visitor: Visitor) -> Page:
    """What each person answered to one question."""
    page = answers(visitor)
    page.locator("a[href*='/answers/']").last.click()
    expect(page.locator(".said-list li")).to_have_count(5)
    return page


def theme_people(visitor: Visitor) -> Page:
    """The people who speak of a theme, with what they said of it."""
    made = visitor.session(questions=[])
    visitor.said(made, name=LABEL[visitor.tongue])
    page = visitor.signed_in()
    for _ in range(100):  # until the job has read what was said
        if (found := page.goto(f"/sessions/{made}/themes/t1")) and found.ok:
            break
        page.wait_for_timeout(300)
    expect(page.locator(".said-list li")).to_have_count(1)
    return page


def export(visitor: Visitor) -> Page:
    """What there is to take away of a session, with nobody chosen of those whose words are wanted."""
    made = visitor.session(questions=[])
    visitor.said(made, name=LABEL[visitor.tongue])
    page = visitor.signed_in()
    page.goto(f"/sessions/{made}/export")
    page.locator("[name=who][value=some]").check()
    page.locator("form:has(#kind) .actions button").click()
    expect(page.locator(".error")).to_have_count(1)
    expect(page.locator(".names label")).to_have_count(1)
    return page


def people(visitor: Visitor) -> Page:
    """The people of a session: one who talked, with a name, and one who is left out."""
    made = visitor.session(questions=[], critical=LABEL[visitor.tongue], cross_pollination=True)
    for name in (LABEL[visitor.tongue], ""):
        thread = visitor.said(made, f"p{name}", name)
    left_out = visitor.cloud.call("PATCH", f"/sessions/{made}/participants/{thread}", {"included": False})
    assert left_out.status == 200
    page = visitor.signed_in()
    page.goto(f"/sessions/{made}/people")
    expect(page.locator(".people tbody tr")).to_have_count(2)
    expect(page.locator(".newest li")).to_have_count(1)
    return page


def person(visitor: Visitor) -> Page:
    """A conversation, with a message that was linked to, and what can be done about it."""
    page = people(visitor)
    page.locator(".newest a").first.click()
    expect(page.locator(".message:target")).to_be_visible()
    page.locator("#remove summary").click()
    return page


def ask(visitor: Visitor) -> Page:
    """An answer with a quote, that it can be kept, and what else to ask."""
    session = visitor.session(questions=[], critical=f"- {LABEL[visitor.tongue]}\n- {SAY[visitor.tongue]}")
    visitor.model.says(ASK[visitor.tongue])
    visitor.said(session)
    assert visitor.cloud.call("POST", f"/sessions/{session}/summary", {}).status == 200
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}/ask")
    expect(page.locator("[name=offered]")).to_have_count(5)
    page.locator("#question").fill(LABEL[visitor.tongue])
    page.locator("button[value=ask]").click()
    expect(page.locator(".asked .quote")).to_have_count(1)
    return page


def api_keys(visitor: Visitor) -> Page:
    """A key that was just made, beside others."""
    page = visitor.signed_in()
    page.goto("/keys")
    page.locator("[name=name]").fill(LABEL[visitor.tongue])
    page.locator("form:has([name=once]) button").click()
    expect(page.locator("#made")).to_be_visible()
    return page


def own_models(visitor: Visitor) -> Page:
    """The models of one's own: a key of a server that nobody reaches, and one that may not be asked, with all that can be done."""
    page = visitor.signed_in()
    page.goto("/account/models")
    for address in ("https://models.invalid/v1", "http://10.0.0.1"):
        page.locator("#provider").select_option("openai_compatible")
        page.locator("#address").fill(address)
        page.locator("#name").fill(LABEL[visitor.tongue])
        page.locator("[name=add]").click()
        expect(page.locator("#told, [role=alert].notice").first).to_be_visible()
    expect(page.locator("[name=check]").first).to_be_visible()
    return page


def account(visitor: Visitor) -> Page:
    """Where one is signed in, with another browser in the list."""
    visitor.signed_in().context.clear_cookies()
    page = visitor.signed_in()
    page.goto("/account")
    expect(page.locator(".rows li").nth(1)).to_be_visible()
    return page


def notifications(visitor: Visitor) -> Page:
    """What the host is told of, some of it read."""
    page = visitor.signed_in()
    for topic in (LABEL[visitor.tongue], "Lunch"):
        session = visitor.session(topic=topic)
        assert visitor.cloud.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status == 200
    page.goto("/notifications")
    told = page.locator(".told li").filter(has_text="Lunch").and_(page.locator(".unread"))
    for _ in range(60):
        if told.count() and page.locator(".told li").filter(has_text=LABEL[visitor.tongue]).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    told.first.locator("button").click()
    expect(page.locator(".told li:not(.unread)").first).to_be_visible()
    return page


def harmonica_md(visitor: Visitor) -> Page:
    """What a host says of their organisation: both questions, and a text that is too long, which is not stored."""
    page = visitor.signed_in()
    page.goto("/account/harmonica-md?questions=1")
    page.locator("#harmonica_md").fill(f"# {LABEL[visitor.tongue]}\n\n{SAY[visitor.tongue]}\n" * 200)
    page.locator("[value=save]").click()
    expect(page.locator("#harmonica_md-error")).to_be_visible()
    return page


def account_export(visitor: Visitor) -> Page:
    """All that an account has, ready to be taken along."""
    page = visitor.signed_in()
    page.goto("/account/export")
    page.locator("#made button").click()
    expect(page.locator("#made a[href*=take]")).to_be_visible()
    return page


PROMPT_STATES = (prompt, prompt_version, prompt_proposal, prompt_editor)
HOST_STATES: tuple[State, ...] = (
    sign_in,
    sign_in_code,
    sign_in_ended,
    dashboard,
    new_session,
    suggestions,
    brief_of_two,
    draft,
    not_open,
    session,
    duplicate,
    *PROMPT_STATES,
    review,
    history,
    history_revision,
    test_run,
    form_editor,
    session_settings,
    answers,
    answer_texts,
    theme_people,
    people,
    person,
    export,
    summary,
    summary_history,
    recap,
    similarity,
    insights,
    ask,
    api_keys,
    own_models,
    account,
    notifications,
    harmonica_md,
    account_export,
)
WORDY_HOSTS = {
    dashboard,
    new_session,
    suggestions,
    draft,
    session,
    duplicate,
    *PROMPT_STATES,
    review,
    history,
    history_revision,
    test_run,
    form_editor,
    session_settings,
    answers,
    theme_people,
    people,
    person,
    recap,
    similarity,
    insights,
    ask,
    export,
    api_keys,
    own_models,
    account,
    harmonica_md,
    account_export,
}
