"""What the offline facilitator says, in English and in Chinese of both scripts."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.llm.language import Script


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentences with places for the topic, the goal, what is critical and the participant's own words."""

    opening: str
    opening_again: str
    critical: str
    critical_ask: str
    questions: tuple[str, ...]
    thin: tuple[str, ...]
    heard: tuple[str, ...]
    asked: str
    recap: str
    recap_short: str
    join: str
    quote: str
    after: tuple[str, ...]
    care: str


ENGLISH = Phrases(
    opening="Hello, and welcome. This conversation is about “{topic}”. What it should achieve: {goal} "
    "What comes to your mind first?",
    opening_again="This conversation is about “{topic}”. What is your own view of it?",
    critical="There is one thing the host especially wants to hear about: {critical}",
    critical_ask=" What can you say about that?",
    questions=(
        "What have you seen or experienced yourself that makes you think so?",
        "If only one thing could be done about “{topic}”, what should it be?",
        "What stands in the way of that, as you see it?",
        "Who is affected most, and how?",
        "What works well today and should stay as it is?",
        "Where would you make a compromise, and where not?",
        "What else matters to you here that we have not talked about?",
        "How would you notice, a year from now, that things have got better?",
        "What do you think somebody who disagrees with you would say?",
    ),
    thin=(
        "Could you tell me a little more about that, perhaps with an example?",
        "What is the reason behind that for you?",
        "What would that look like in practice?",
    ),
    heard=(
        "You say “{phrase}”.",
        "“{phrase}”: I have noted that.",
        "So one point of yours is “{phrase}”.",
        "I hear “{phrase}”.",
    ),
    asked="That question goes to the host together with your answers.",
    recap="Thank you for your time. What I take with me from you: {points}. That is now part of this session; "
    "if something else occurs to you, just write it here.",
    recap_short="Thank you for taking part. Your answers are now part of this session; "
    "if something else occurs to you, just write it here.",
    join="; ",
    quote="“{phrase}”",
    after=(
        "Thank you, I have added that.",
        "Noted, thank you.",
        "Thank you; that is in as well.",
        "Thanks, this is added to what you said before.",
    ),
    care="I am sorry that you are going through this. You don't have to go on with this conversation. "
    "If you are in danger or thinking of harming yourself, "
    "please turn to somebody you trust or to the emergency or crisis services where you live.",
)
TRADITIONAL = Phrases(
    opening="您好，歡迎參與。這次談的是「{topic}」，希望達成的是：{goal}您首先想到的是什麼？",
    opening_again="這次談的是「{topic}」。您自己怎麼看？",
    critical="有一點主辦方特別想了解：{critical}",
    critical_ask="關於這一點，您有什麼看法？",
    questions=(
        "是什麼樣的親身經驗或觀察，讓您這麼想？",
        "關於「{topic}」，如果只能做一件事，您認為應該是什麼？",
        "依您看，主要的阻礙是什麼？",
        "誰受到的影響最大，是怎樣的影響？",
        "現在有哪些做得好的地方應該保留？",
        "哪些地方您願意妥協，哪些不能？",
        "還有什麼對您重要、但我們還沒談到的？",
        "如果一年後情況變好了，您會從哪裡看出來？",
        "您覺得持不同意見的人會怎麼說？",
    ),
    thin=("可以多說一點嗎，例如舉個例子？", "對您來說，背後的原因是什麼？", "實際上那會是什麼樣子？"),
    heard=(
        "您提到「{phrase}」。",
        "「{phrase}」，我記下了。",
        "所以您的一個看法是「{phrase}」。",
        "我聽到的是「{phrase}」。",
    ),
    asked="這個問題會連同您的回答一起交給主辦方。",
    recap="謝謝您撥時間參與。我記下的重點是：{points}。這些已經納入這次討論；如果還想到什麼，直接寫在這裡就可以。",
    recap_short="謝謝您的參與。您的回答已經納入這次討論；如果還想到什麼，直接寫在這裡就可以。",
    join="；",
    quote="「{phrase}」",
    after=(
        "謝謝，我已經加進去了。",
        "記下了，謝謝您。",
        "謝謝，這一點也記下了。",
        "謝謝您，這也加到您先前的回答裡了。",
    ),
    care="聽到您正在經歷這些，我很難過。您不需要繼續這次談話。如果您有危險，或想傷害自己，請找一位您信任的人，或聯絡您當地的緊急或危機服務。",
)
SIMPLIFIED = Phrases(
    opening="您好，欢迎参与。这次谈的是“{topic}”，希望达成的是：{goal}您首先想到的是什么？",
    opening_again="这次谈的是“{topic}”。您自己怎么看？",
    critical="有一点主办方特别想了解：{critical}",
    critical_ask="关于这一点，您有什么看法？",
    questions=(
        "是什么样的亲身经验或观察，让您这么想？",
        "关于“{topic}”，如果只能做一件事，您认为应该是什么？",
        "依您看，主要的阻碍是什么？",
        "谁受到的影响最大，是怎样的影响？",
        "现在有哪些做得好的地方应该保留？",
        "哪些地方您愿意妥协，哪些不能？",
        "还有什么对您重要、但我们还没谈到的？",
        "如果一年后情况变好了，您会从哪里看出来？",
        "您觉得持不同意见的人会怎么说？",
    ),
    thin=("可以多说一点吗，例如举个例子？", "对您来说，背后的原因是什么？", "实际上那会是什么样子？"),
    heard=("您提到“{phrase}”。", "“{phrase}”，我记下了。", "所以您的一个看法是“{phrase}”。", "我听到的是“{phrase}”。"),
    asked="这个问题会连同您的回答一起交给主办方。",
    recap="谢谢您抽时间参与。我记下的重点是：{points}。这些已经纳入这次讨论；如果还想到什么，直接写在这里就可以。",
    recap_short="谢谢您的参与。您的回答已经纳入这次讨论；如果还想到什么，直接写在这里就可以。",
    join="；",
    quote="“{phrase}”",
    after=(
        "谢谢，我已经加进去了。",
        "记下了，谢谢您。",
        "谢谢，这一点也记下了。",
        "谢谢您，这也加到您先前的回答里了。",
    ),
    care="听到您正在经历这些，我很难过。您不需要继续这次谈话。如果您有危险，或想伤害自己，请找一位您信任的人，或联系您当地的紧急或危机服务。",
)
PHRASES: Mapping[Script, Phrases] = {"en": ENGLISH, "hant": TRADITIONAL, "hans": SIMPLIFIED}
