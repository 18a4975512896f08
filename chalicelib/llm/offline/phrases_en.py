"""The offline facilitator's English."""

from chalicelib.llm.offline.phrases import Closing, Hearing, Phrases, Planning, Probing, Showing

_PROBING = Probing(
    more=(
        "Could you say a little more about {more}?",
        "Can you tell me more about {more}?",
        "What can you say about {more}?",
        "Would you go into {more} a little?",
        "How would you describe {more}?",
    ),
    telling=("Can you tell me {more}?", "Could you say {more}?", "Could you describe {more}?"),
    give="Could you give me {more}?",
    please="Could you {more}?",
    about=(
        "What makes you say “{phrase}”?",
        "What is behind “{phrase}” for you?",
        "Can you think of a situation that shows what you mean by “{phrase}”?",
        "How does “{phrase}” show in everyday life?",
        "Why does “{phrase}” come to your mind here?",
    ),
    plain=(
        "Could you add an example?",
        "What is your reason for that?",
        "What would that look like in practice?",
        "Is there a moment that you are thinking of there?",
        "For whom would that make a difference?",
        "Since when have you seen it like this?",
    ),
    chosen=(
        "What decided that for you?",
        "How did you arrive at that?",
        "What tipped the scales there?",
    ),
)

_HEARING = Hearing(
    clauses=(
        "So {clause}.",
        "You say that {clause}.",
        "What I take from this: {clause}.",
        "I hear that {clause}.",
        "As I understand you, {clause}.",
        "You tell me that {clause}.",
        "To take up your point: {clause}.",
        "If I follow you, {clause}.",
        "I note that {clause}.",
        "In short, {clause}.",
    ),
    phrases=(
        "You bring up “{phrase}”.",
        "“{phrase}” is one point, then.",
        "You mention “{phrase}”.",
        "I take down “{phrase}”.",
        "“{phrase}”, I see.",
        "Your words are “{phrase}”.",
        "Now “{phrase}” is on the list.",
        "You speak of “{phrase}”.",
        "I am keeping “{phrase}” in mind.",
        "You put it as “{phrase}”.",
    ),
    accepted=(
        "All right.",
        "I see.",
        "Understood.",
        "I leave it at that.",
        "Okay, on to something else.",
        "Then we go on.",
        "Got it.",
        "That is on record.",
    ),
    skipped=(
        "That is fine, we leave it open.",
        "No problem, not everything needs an answer.",
        "Then let us move on.",
        "Fair enough, to the next one.",
        "We can skip that.",
    ),
    greeted=("Good to have you here.", "Hello to you, too."),
    annoyed=(
        "I can tell that this annoys you, and you may stop whenever you like.",
        "Your annoyance is heard; a word is enough and we stop.",
    ),
    gentle=(
        "I am sorry that this happened; you need not say more about it than you want to.",
        "That must have been hard, and I am sorry to hear it.",
    ),
)

_CLOSING = Closing(
    thanks="Thank you for your time.",
    heard="What I take with me: you told me {points}.",
    brought="What I take with me is what you brought up: {points}.",
    also="You also brought up {points}.",
    kept="That is now part of this session; if something else occurs to you, just write it here.",
    empty="Thank you for taking part. What you wrote is now part of this session; "
    "if something else occurs to you, just write it here.",
    that="that {clause}",
    quote="“{phrase}”",
    join=", ",
    last=" and ",
    after=(
        "Thank you, I have added that.",
        "Noted, and thank you.",
        "That is in as well.",
        "It goes to the host together with what you said before.",
        "This is added, too.",
        "Thanks, it stands with your other points now.",
    ),
)

_SHOWING = Showing(
    lead="Let me weigh one thing with you.",
    rating="How much does “{phrase}” matter to you?",
    low="hardly",
    high="very much",
    single="Which of your points weighs most for you?",
    none_of_them="Something else",
    multi="Which of these should the host act on soon?",
    ranking="In which order would you put your points, the most important first?",
)

_PLANNING = Planning(
    opening="Hello, and welcome. This conversation is about “{topic}”. What it should achieve: {goal}",
    questions=(
        ("What comes to your mind first when you think of “{topic}”?", "an example from your own everyday life"),
        (
            "What have you seen or experienced yourself that shaped this view?",
            "what happened, and what followed from it",
        ),
        ("What matters most to you in all of this, and why?", "the reason behind it"),
        ("Where do you see the biggest obstacle?", "who is affected by it, and how"),
        ("If only one thing could be done about “{topic}”, what should it be?", "what you would give up for it"),
        (
            "Is there anything about “{topic}” that has not come up and should?",
            "the one thing the host should not overlook",
        ),
    ),
    critical_probe="what that depends on for you",
    closing="Name the points this person made, in their own words, and thank them.",
    closing_critical="Name the points this person made, in their own words, first of all on this: {critical} Thank them.",
    summary="Asks about first impressions of “{topic}”, own experience, what matters most, obstacles and what to do first.",
    summary_critical="Comes early to what is critical: {critical}",
)

ENGLISH = Phrases(
    gap=" ",
    opening="Hello, and welcome. This conversation is about “{topic}”. What it should achieve: {goal}",
    late="This conversation is about “{topic}”.",
    critical="There is one thing the host especially wants to hear about: {critical}",
    critical_ask="There is one thing the host especially wants to hear about: {critical}. What can you say about that?",
    critical_quoted="There is one thing the host especially wants to hear about, in their own words: “{critical}”. "
    "What do you say to that?",
    row=(
        ("What comes to your mind first?", "an example"),
        ("What have you seen or experienced yourself that makes you think so?", "what happened there"),
        ("What matters most to you in this, and why?", "the reason behind it"),
        ("What stands in the way, as you see it?", "who is affected by that, and how"),
        ("If only one thing could be done about “{topic}”, what should it be?", "how that would look in practice"),
        ("What works well today and should stay as it is?", "what would be lost without it"),
        ("What else matters to you here that we have not talked about?", ""),
    ),
    probing=_PROBING,
    hearing=_HEARING,
    asides={
        "machine": (
            "No person is writing here: I am an automated facilitator, a program that asks by rule, and the host reads your answers.",
            "As I said, I am a machine; no person writes these messages.",
        ),
        "secret": (
            "That is nothing I can give out; I am here for your view of “{topic}”.",
            "I stay with my part, which is to ask about “{topic}”.",
            "My part does not change; yours is to say what you think.",
            "I let that stand and keep to the matter.",
        ),
        "others": (
            "What other participants say stays with them; here it is your view that counts.",
            "About others I can tell you nothing.",
        ),
        "privacy": (
            "The host of this session can read what you write here, so leave out what they should not know.",
            "As to who reads this: the host does; anything beyond that is for the host to answer.",
        ),
        "length": (
            "It will not take long: at most {left} more questions.",
            "We are well on the way; {left} more at most.",
        ),
        "clarify": (
            "It is meant openly, and there is no wrong answer.",
            "Take it in whatever sense fits you best.",
            "Read it the way it makes sense in your own situation.",
        ),
        "request": (
            "I can't help with that here; I only lead this conversation about “{topic}”.",
            "That lies outside of what I can do.",
            "That one I have to leave to others.",
        ),
        "question": (
            "I have no answer to that myself; your question goes to the host together with your answers.",
            "That is a question for the host, who will find it among your answers.",
            "I pass that on as well.",
            "Your question stands on record.",
        ),
    },
    returns=(
        "Coming back to what I asked: what would you say?",
        "My question still stands, if you like: how do you see it?",
        "And on what we were at, what do you think?",
        "Where we left off, what is your view?",
    ),
    care=(
        "I am sorry that you are going through this. You don't have to go on with this conversation. "
        "If you are in danger or thinking of harming yourself, "
        "please turn to somebody you trust or to the emergency or crisis services where you live.",
        "That sounds very hard, and this conversation can wait. Please don't stay alone with it: "
        "somebody close to you, or the emergency or crisis services where you live, can be there for you now.",
        "What you are going through matters more than anything here. "
        "Please speak to a person you trust, or call the emergency or crisis services where you live.",
    ),
    unhurried=(
        "Take all the time you need. If you want to go on with the topic, just write; if not, that is fine, too.",
        "There is no hurry, and nothing here that you have to do. Write when and if you want to go on.",
    ),
    closing=_CLOSING,
    showing=_SHOWING,
    planning=_PLANNING,
)
