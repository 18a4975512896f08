"""Widgets as form controls: by pointer, by finger and by keyboard, and without a script."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, PHONE, Devices
from tests.browser.directed_model import PATIENCE, DirectedModel
from tests.e2e.local import LocalCloud

FOOD = ["Soup", "Salad", "Bread"]


def asked(talk: ChatPage) -> None:
    """The facilitator presents what its script holds."""
    talk.say("I like to eat with others, at a table that is not my desk.")
    expect(talk.page.locator("[data-widget]")).to_be_visible()


def answer(talk: ChatPage) -> None:
    """Send the widget's answer; returns when the reply is there."""
    before = talk.replies.count()
    talk.press("Send answer")
    expect(talk.replies).to_have_count(before + 1)


def begin(devices: Devices, cloud: LocalCloud, size: tuple[int, int] = DESKTOP, **settings: Any) -> ChatPage:
    session = new_session(cloud, questions=[], widgets_enabled=True)
    return ChatPage(devices.open(cloud, size, **settings), cloud, session).join()


def items(page: Page) -> list[str]:
    return page.locator(".ranking .item").all_inner_texts()


def test_one_of_several_is_sent_with_one_tap_and_changed_with_another(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = begin(devices, scripted, PHONE)
    model.shows("SingleSelect", "What would you eat first?", options=FOOD)
    asked(talk)
    group = talk.page.get_by_role("group", name="What would you eat first?")
    expect(group).to_be_focused()
    model.hold()
    group.get_by_text("Salad").tap()
    assert model.asked.wait(PATIENCE)
    assert "Bread" in talk.log()[2][1], "what could be chosen stands in the log from now on"
    change = talk.page.locator(".change summary")
    change.tap()
    # All of it above the box, without scrolling.
    talk.page.wait_for_function(
        "document.querySelector('.change').getBoundingClientRect().bottom <= document.querySelector('#compose').getBoundingClientRect().top"
    )
    group.get_by_text("Bread").tap()
    change.tap()
    group.get_by_text("Soup").tap()  # the last one counts of those that have not left
    model.go()
    expect(talk.replies).to_have_count(4)
    changed = "I have changed my answer: Soup"
    assert talk.said()[1:] == talk.stored()[0][1:] == ["Salad", changed]
    told = talk.log()
    talk.page.reload()
    assert talk.log() == told
    change.tap()
    group.get_by_text("Salad").tap()
    expect(talk.replies).to_have_count(5)
    talk.say("That is all.")
    expect(change).to_have_count(0)
    assert talk.stored()[0][1:] == ["Salad", changed, "I have changed my answer: Salad", "That is all."]


def test_several_of_many(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    model.shows("MultiSelect", "What do you like?", options=FOOD)
    asked(talk)
    talk.press("Send answer")
    error = talk.page.locator("#choices-error")
    expect(error).to_have_text("Please choose an answer first, or write one in your own words.")
    expect(talk.page.get_by_role("checkbox", name="Soup")).to_be_focused()
    for name in ("Soup", "Bread"):
        talk.page.get_by_role("group", name="What do you like?").get_by_role("checkbox", name=name).check()
        expect(error).to_be_hidden()
    answer(talk)
    assert talk.said()[1:] == talk.stored()[0][1:] == ["- Soup\n- Bread"]


def test_a_scale_by_keyboard(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    scale: dict[str, Any] = {"min": 1, "max": 5, "minLabel": "Not at all", "maxLabel": "Very much"}
    model.shows("RatingScale", "How much do you look forward to lunch?", **scale)
    asked(talk)
    expect(talk.page.get_by_role("group", name="How much do you look forward to lunch?")).to_be_focused()
    expect(talk.page.get_by_role("radio", name="1 (Not at all)")).to_be_attached()
    expect(talk.page.get_by_role("radio", name="5 (Very much)")).to_be_attached()
    talk.page.get_by_role("radio", name="2").focus()
    for key in ("Space", "ArrowRight", "ArrowRight"):
        talk.page.keyboard.press(key)
    assert talk.said()[1:] == [], "whoever goes through the numbers sends none of them"
    for key in ("Tab", "Enter"):
        talk.page.keyboard.press(key)
    expect(talk.replies).to_have_count(3)
    expect(talk.box).to_be_focused()
    assert talk.stored()[0][1:] == ["4"]
    told = talk.log()
    assert "1 (Not at all)" in told[2][1]
    talk.page.reload()
    assert talk.log() == told


def test_who_begins_to_write_before_a_widget_writes_into_the_box(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = begin(devices, scripted)
    model.shows("SingleSelect", "What would you eat first?", options=FOOD)
    asked(talk)
    expect(talk.page.get_by_role("group", name="What would you eat first?")).to_be_focused()
    talk.page.keyboard.type("None of these")
    expect(talk.box).to_have_value("None of these")


def test_a_ranking_by_buttons_tells_every_move(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    model.shows("RankingList", "What matters most?", items=FOOD)
    asked(talk)
    told = talk.page.locator("[data-widget] [role=status]")
    up = talk.page.get_by_role("button", name="Move “Bread” up")
    up.focus()
    talk.page.keyboard.press("Enter")
    expect(told).to_have_text("“Bread” is now number 2 of 3.")
    expect(up).to_be_focused()
    talk.page.keyboard.press("Enter")
    expect(told).to_have_text("“Bread” is now number 1 of 3.")
    expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    talk.page.keyboard.press("Enter")
    assert items(talk.page) == ["Bread", "Soup", "Salad"]
    answer(talk)
    assert talk.stored()[0][1:] == ["1. Bread\n2. Soup\n3. Salad"]


def test_a_ranking_of_six_fits_the_screen_of_a_phone(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = begin(devices, scripted, PHONE)
    items = [
        "A kitchen on our floor that everybody may use",
        "A canteen nearby",
        "A longer break for all who eat together",
    ]
    model.shows("RankingList", "What matters most?", items=[*items, "Vegetarian food", "A quiet place", "Lower prices"])
    asked(talk)
    for part in (".ranking li >> nth=0", ".ranking li >> nth=5", ".widget > button"):
        expect(talk.page.locator(part)).to_be_in_viewport(ratio=1)
    box = talk.page.locator("#compose").bounding_box()
    send = talk.page.locator(".widget > button").bounding_box()
    assert box
    assert send
    assert send["y"] + send["height"] <= box["y"]
    for button in talk.page.locator(".ranking button").all():
        size = button.bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 44


def test_a_ranking_by_dragging(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    model.shows("RankingList", "What matters most?", items=FOOD)
    asked(talk)
    first = talk.page.locator(".ranking li").first.locator(".grip")
    last = talk.page.locator(".ranking li").last
    last.scroll_into_view_if_needed()
    start, end = first.bounding_box(), last.bounding_box()
    assert start
    assert end
    talk.page.mouse.move(start["x"] + 5, start["y"] + 5)
    talk.page.mouse.down()
    talk.page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 3, steps=12)
    talk.page.mouse.up()
    assert items(talk.page) == ["Salad", "Bread", "Soup"]
    expect(talk.page.locator("[data-widget] [role=status]")).to_have_text("“Soup” is now number 3 of 3.")
    answer(talk)
    assert talk.stored()[0][1:] == ["1. Salad\n2. Bread\n3. Soup"]


def test_a_ranking_by_finger(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted, PHONE)
    model.shows("RankingList", "What matters most?", items=FOOD)
    asked(talk)
    last = talk.page.locator(".ranking li").last.locator(".grip")
    last.scroll_into_view_if_needed()
    start, end = last.bounding_box(), talk.page.locator(".ranking li").first.bounding_box()
    assert start
    assert end
    touch = talk.page.context.new_cdp_session(talk.page)
    x, top = start["x"] + 8, end["y"] + 3
    path = [start["y"] + 8 + (top - start["y"] - 8) * step / 8 for step in range(9)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": path[0]}]})
    for y in path[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert items(talk.page) == ["Bread", "Soup", "Salad"]


def test_an_answer_in_own_words_passes_a_widget_by(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = begin(devices, scripted)
    model.shows("SingleSelect", "What would you eat first?", options=FOOD)
    asked(talk)
    talk.say("None of these: dumplings.")
    expect(talk.page.locator("[data-widget]")).to_have_count(0)
    assert talk.stored()[0][1:] == ["None of these: dumplings."]


def test_a_choice_made_without_a_network_is_kept(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    model.shows("SingleSelect", "What would you eat first?", options=FOOD)
    asked(talk)
    talk.page.context.set_offline(True)
    talk.page.get_by_text("Bread").click()
    expect(talk.alert).to_contain_text("You are offline.")
    talk.page.context.set_offline(False)
    expect(talk.replies).to_have_count(3)
    assert talk.stored()[0][1:] == ["Bread"]


def test_every_widget_works_without_a_script(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted, PHONE, java_script_enabled=False)
    model.shows("RankingList", "What matters most?", items=FOOD)
    asked(talk)
    for name, place in (("Soup", "3"), ("Salad", "1"), ("Bread", "2")):
        talk.page.get_by_label(f"Place of “{name}”").select_option(place)
    answer(talk)
    assert talk.stored()[0][1:] == ["1. Salad\n2. Bread\n3. Soup"]
    talk = begin(devices, scripted, PHONE, java_script_enabled=False)
    model.shows("RatingScale", "How much?", min=0, max=3, minLabel="Little", maxLabel="Much")
    asked(talk)
    talk.page.get_by_role("radio", name="3 (Much)").check(force=True)
    answer(talk)
    assert talk.stored()[0][1:] == ["3"]
    talk = begin(devices, scripted, PHONE, java_script_enabled=False)
    model.shows("MultiSelect", "What do you like?", options=FOOD)
    asked(talk)
    talk.page.get_by_role("checkbox", name="Soup").check()
    answer(talk)
    assert talk.stored()[0][1:] == ["Soup"]
