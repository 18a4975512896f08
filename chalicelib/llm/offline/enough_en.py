"""English ways to say that it is enough. Each pattern is for a whole piece of a message, in lower case."""

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["clear", "leaving", "plain", "filler", "other"]

_LEAD = (
    r"(?:(?:ok|okay|k|no|nope|nah|yes|yeah|yep|right|all ?right|alright|well|so|sorry|i'm sorry|i am sorry|"
    r"i'm afraid|"
    r"i am afraid|i think|i reckon|i imagine|i guess|i believe|i feel|i feel like|i suppose|i'd say|honestly|"
    r"to be honest|actually|"
    r"really|"
    r"listen|look|please|thanks|thank you|thx|many thanks|anyway|anyways|and|but|now|then|unfortunately|hey|hi|um|"
    r"uh|oh|"
    r"hmm|cheers|great|fine|cool|good|perfect|just|guys|apologies|my apologies|excuse me|as i said|like i said|"
    r"i said|"
    r"again|because|cause|cos|since|maybe|perhaps|for me|for now|from me|you know what|by the way|btw|that said|"
    r"unless you have more questions|at this point|it's late|it is late|seriously|dude|man|bot) )*"
)
_TAIL = (
    r"(?: (?:now|soon|today|tonight|already|for today|for now|for the (?:moment|day|time being)|for me|for us|"
    r"from me|"
    r"from us|(?:from|on) my (?:side|end|part)|on this|on that|here|there|right now|right away|at the moment|"
    r"at this point|"
    r"thanks|thank you|thx|thank you very much|so much|very much|a lot|bye|goodbye|really|please|pls|sorry|though|"
    r"then|"
    r"i think|i guess|i suppose|i believe|i'm afraid|i am afraid|actually|ok|okay|honestly|to be honest|anyway|"
    r"folks|guys|"
    r"everyone|all|man|dude|bot|for your (?:time|questions|patience)|have a (?:nice|good|great) (?:day|one|evening|"
    r"night|weekend)|good night|see you|too|in a (?:minute|moment|bit|sec)|unfortunately|if that's (?:ok|okay|"
    r"all right|fine)|"
    r"if you don't mind|with you))*"
)

CONDITION = re.compile(
    r"(?:and |but |so )*(?:if|when|whenever|where|wherever|every|each|once|until|till|after|before|unless|"
    r"although|though|"
    r"while|as soon as|because of|at (?:night|\w+ o'clock)|in the|they|he|she|people|everybody|everyone|nobody|"
    r"somebody|some)\b(?!.*\b(?:mind|ok|okay)$)"
)

_THINGS = (
    r"(?:it|this|that|things|here|there|now|up|off|asking|talking|chatting|answering|me|you|us|questions?|stuff|"
    r"the|your|these|those|all|so|many|conversation|interview|chat|survey|talk|discussion|session|call|"
    r"questionnaire|questioning|with|a|an|day|end|to|of|bothering|messaging|writing|please|right|at|for|today|bot|"
    r"soon|on|note)"
)
_ENDING = (
    rf"(?:(?:stop|end|finish|quit|conclude|close|wrap|halt|terminate|exit|leave)(?: {_THINGS})*|be (?:done|finished)"
    rf"(?: {_THINGS})*|leave it(?: (?:there|here|at that|for (?:today|now)))+|call it(?: a day| quits)|"
    rf"draw a line(?: here)?|"
    r"get (?:this|it) over with|go)"
)
_NAMED_ENDING = (  # needs no "let's" or "can we" around it
    r"(?:stop (?:asking|talking|chatting|bothering|messaging|texting|writing)(?: (?:to|me|us|questions?|stuff|"
    r"things|so|"
    r"many|all|these|those|your|this|that|any|more|stupid|silly|with))*|(?:stop|end|finish|quit|close|exit|leave|"
    r"cancel) "
    r"(?:the|this|our|with the|with these|with your) (?:conversation|interview|chat|survey|discussion|session|"
    r"questionnaire|questions?|questioning|talk)|wrap (?:it|this|things) up|end of (?:conversation|interview|chat|"
    r"discussion|my answers))"
)
_SAY = (
    r"(?:add|say|tell|tell you|share|report|contribute|mention|write|offer|discuss|talk about|bring up|give|"
    r"ask|note|put in|tell anyone|comment|comment on)"
)
_TO_WHAT = (
    r"(?: (?:(?:to|about|on|beyond|regarding) (?:that|this|it|the topic|the subject|the matter|my answers?)|"
    r"here|at all|else|more|any ?more|any further|really|either|you|in this conversation))*"
)
_TO_SAY = rf" (?:left )?(?:to|(?:that )?i (?:can|could|want to|wanted to|would|would like to|'d like to|need to|wish to)) {_SAY}{_TO_WHAT}"
_I_SAID = (
    r"(?:have|had|got|can say|could say|can tell you|can think of|could think of|can offer|think|"
    r"(?:wanted|want|wish|wished|need|needed|had|have|came|meant|would like|intended)(?: to| here to)+ "
    rf"{_SAY}|would (?:say|add)|'d (?:say|add)|have got|'ve got)"
)
_I_HAVE_TO = (
    r"(?:(?:i|we)(?:'ve| have|'d| will|'ll|'m| am)?(?: really| just| also)? ?(?:have to|got to|gotta|need to|must|"
    r"should(?: really)?|"
    r"had better|better|ought to|'ll have to|have got to|going to have to|gonna have to|gotta|supposed to|"
    r"about to)|have to|got to|gotta|need to|must|better|"
    r"time to|time for me to|it's time to|it is time to|it's time for me to|i really have to|i'll|i will|"
    r"i'm gonna|i am going to|i'm going to)"
)
_AWAY = (
    r"(?: (?:home|off|out|offline|back|to (?:a|my|the|another|our) (?:meeting|call|appointment|lunch|dinner|"
    r"next meeting|train|bus|"
    r"doctor's appointment)|to (?:bed|sleep|lunch|dinner)|into a (?:meeting|call)|in a (?:minute|moment|few minutes)|"
    r"for (?:a|my) (?:meeting|call|appointment)|pick up (?:my|the) \w+|back to work|back to my \w+|"
    r"to (?:work|class|school|church|the (?:office|doctor|shop|gym)) (?:now|soon|right now)|"
    r"and (?:cook|make|pick up|fetch|get|feed|take|do|see) .{2,30}))*"
)
_GO = (
    rf"(?:go(?!ing)|leave(?: you)?|run|dash|rush|be off|be going|be leaving|get going|get off|get back|get moving|"
    rf"head (?:off|out|"
    rf"home|back)|"
    r"log off|log out|sign off|hang up|hop off|jump off|drop off|take off|make a move|"
    r"catch (?:a|my|the) (?:bus|train|flight|tram|plane|ride)|(?:get|go|head) back to (?:work|my (?:work|desk|job|"
    r"kids|family|day))|"
    r"get to (?:bed|a meeting|my meeting)|attend to something(?: else)?|do something else|"
    rf"pick up (?:my|the) \w+|take a call|prepare dinner|cook dinner|make dinner){_AWAY}"
)

_CLEAR = (
    # An end of this conversation, asked for.
    rf"(?:can|could|may|shall|should|might|would you|do you mind if|is it (?:ok|okay|all right) if|"
    rf"why don't)(?: (?:we|i|you))? "
    rf"(?:please |just |now |maybe |perhaps )*{_ENDING}",
    rf"(?:let's|let us|lets|i(?:'d| would) (?:like|prefer|love|rather|want)(?: to)?|i want to|i wanna|i wish to|"
    rf"i'd rather|"
    rf"you (?:can|may|could)|we (?:can|could|may)|i(?:'ll| will)|i(?:'m| am) going to|i(?:'m| am) gonna|let me|"
    rf"please|kindly|how do i|how can i) "
    rf"(?:please |just |now )*(?!(?:go|leave|close|exit|conclude) ?$)(?!leave (?:this|that|it|here|there|now|"
    rf"soon) ?$){_ENDING}",
    r"(?:let's|let us|we'll|i'll|we can)(?: just)? (?:leave it|pause)(?: here| there)?|"
    r"i(?:'ve| have)(?: got)? (?:other|better|more important) things to (?:do|get to)|"
    r"i (?:have|need|'ve got) to be (?:somewhere(?: else)?|elsewhere)|"
    r"(?:i(?:'m| am) )?(?:done|finished|through) (?:talking|chatting|speaking) (?:to|with) (?:you|this (?:bot|machine))",
    r"let me (?:go|leave)(?: please)?|quit (?:asking|talking|bothering)(?: me| questions)*|enough for (?:one|a) day",
    r"(?:i )?(?:can't|cannot) be bothered(?: any ?more| to (?:answer|go on|continue|talk|reply)(?: any ?more)?)",
    r"(?:i|we)(?:'ve| have)? (?:talked|chatted|discussed|answered) (?:enough|long enough|plenty)",
    r"(?:i )?(?:really |just )?(?:don't|do not) (?:really )?have (?:anything|any|much) (?:else|more|further)",
    r"i(?:'m| am) not (?:answering|talking|continuing|saying|going on|playing|doing)(?: (?:any|more|anything|"
    r"questions|else|this|to|you|longer|with|your|these))*",
    r"(?:don't|do not|stop|please don't) ask(?: me)?(?: (?:any|more|anything|questions|else|further|again|these|"
    r"this))+|(?:that's|that is) enough (?:talking|questions|chatting|asking)",
    _NAMED_ENDING,
    r"(?:let's|let us|lets|i|we|i'll|i will|we'll)(?: just| better| can| should| could)? (?:leave|end|stop|"
    r"finish) (?:it|this|things)? ?(?:there|here|at that)",
    r"(?:i'll|i will|i'd|let's|can we) (?:talk|chat|speak|write|continue|come back|do this|"
    r"finish this) (?:to you )?(?:later|another time|some other time|tomorrow)",
    r"leave me (?:alone|in peace|be)|go away|enough (?:already|said|questions|asking|talk|talking|of (?:the|these|"
    r"your) questions|is enough|for (?:today|now))",
    r"(?:that's|that is|it's|it is|this is) (?:more than |quite )?enough (?:for (?:today|now|me)|from (?:me|"
    r"my side)|questions|said|of (?:the|these|your) questions)",
    r"i(?:'ve| have) (?:had enough (?:of (?:these|your|the|all these) questions|of this (?:conversation|interview|"
    r"chat|survey)|of talking|for today)|"
    r"(?:said|told you|given you|shared|written|answered)(?: (?:all|everything|enough|it all|my piece|plenty|"
    r"what))+(?: (?:there is|that))?"
    r"(?: i (?:have|had|can|could|know|want|wanted|need|needed|came)(?: to)?(?: here to)?(?: say| add| share|"
    r" tell you)?| there is to say)?)",
    r"(?:you've|you have)(?: now)? (?:got )?(?:everything|all)(?: that)?(?: i (?:have|know|can (?:say|give|"
    r"offer))| you need)",
    r"(?:i(?:'m| am)|we(?:'re| are)|am i|are we|are you)(?: all| so| quite| totally| pretty much| basically| now|"
    r" really| about)* "
    r"(?:done|finished|through)(?: (?:here|yet|talking|answering|chatting|with (?:this|you|it|that|everything|"
    r"asking|your questions|these questions|"
    r"(?:the|this) (?:questions|interview|chat|survey|conversation))|for (?:today|now|the day)|asking|questions|"
    r"me))*",
    r"(?:done|finished) (?:talking|answering|chatting|here|now|for (?:today|now)|with (?:this|it|the questions|"
    r"these questions|this chat|the interview))",
    rf"(?:that|this)(?:'s| is) as (?:much|far) as i (?:{_I_SAID}|go|can go|know)",
    r"(?:i(?:'ve| have)? )?(?:run|ran|running) out of (?:things to (?:say|add)|answers|ideas|words|thoughts)|"
    r"i(?:'m| am) (?:all )?talked out",
    rf"{_I_HAVE_TO} (?:stop|end|finish|quit|wrap|conclude)(?: (?:here|now|this|it|up|there|things|the conversation|"
    rf"the chat|the interview|our chat|soon|talking|answering))+",
    r"(?:i(?:'ve| have)(?: got)? |have )?no more time(?: left)?|i (?:don't|do not) have (?:any )?more time",
    r"no (?:more|further|other) (?:questions?|comments?|thoughts?|answers?|points?|remarks?|ideas?|input|additions?)",
    r"(?:can|may|could) i be excused|(?:(?:i|we)(?:'ve| have)?(?: got)? )?(?:nothing|no more) (?:else |more |"
    r"further )?(?:for you|from (?:me|us)|i(?:'d| would) (?:add|say|change))",
    # Nothing to add.
    rf"(?:(?:i|we|there)(?:'ve| have|'s| is| has)?(?: really| honestly| personally| got|"
    rf" just)*(?: have)? ?)?(?:nothing|not anything|no more|not much)"
    rf"(?: (?:else|more|further|new|left|other|special|specific|particular))*{_TO_SAY}",
    rf"(?:i|we)(?:'ve| have)?(?: really| got)* ?(?:have )?(?:no (?:more|further|other)|"
    rf"not any more) (?:\w+ )?(?:questions?|comments?|thoughts?|points?|remarks?|ideas?|input|answers?|"
    rf"{_TO_SAY[1:]})(?:{_TO_SAY})?",
    rf"(?:i )?(?:don't|do not|dont|haven't|have not|didn't|cannot|can't)(?: really| personally| think (?:i have|"
    rf"i've got|there's|there is|of)| have| got)*"
    rf" (?:anything|any thing|something|much|any)(?: (?:else|more|further|other|new|left))*{_TO_SAY}",
    r"(?:i )?(?:can't|cannot|couldn't|can not)(?: really)? think of (?:anything|any)(?: (?:else|more|further|"
    r"other|points?|things?))+(?: to (?:add|say|mention|share))?",
    r"(?:i )?(?:don't|do not|dont) (?:think (?:there's|there is|there are|i have|i've got)|have) (?:anything|any|"
    r"much) (?:else|more|further)(?: (?:comments|points|thoughts|ideas))?",
    rf"(?:i )?(?:wouldn't|would not|won't) (?:add|say) (?:anything|any)(?: (?:else|more|further))?{_TO_WHAT}",
    rf"(?:there(?:'s| is) )?(?:nothing|not much)(?: (?:more|else|further|left))+ (?:to (?:add|say)|from (?:me|"
    rf"my side|my end)){_TO_WHAT}|nothing from (?:me|my side|my end)",
    # That was all.
    r"(?:(?:that|this|it|these)(?:'s| is|'ll be| will be| was| were|'d be| would be| should be| ought to be|"
    r" must be| are)?|so,? that's)"
    r"(?: (?:really|basically|pretty much|about|probably|more or less|honestly|just|quite|roughly|mostly))* "
    r"(?:all|it|everything|enough|the lot|the gist|my (?:whole )?(?:opinion|view|take|answer)s? and that's it|"
    r"all my (?:thoughts|points|answers|ideas|comments))"
    rf"(?: (?:that )?i {_I_SAID}{_TO_WHAT}| (?:from|on|for) (?:me|my (?:side|end|part)|us|now|today|the moment)|"
    rf" there is to say| folks|"
    r" the (?:thoughts|points|ideas|input) i (?:have|had))+",
    r"(?:that|this|it|we|i)(?:'ve| have|'d| would|'ll| will)?(?: (?:pretty much|about|basically|just about|"
    r"probably|should|would|will|more or less|already|all))* (?:covers?|covered|sums?|wraps?)(?:"
    r" (?:it|everything|all|that|up|most|of|the|lot|things|pretty|well|nicely|what i (?:wanted|had) to say))+",
    # Not wanting to go on.
    r"(?:i(?:'d| would|'m| am)? )?(?:really |just )?(?:not going to|not gonna|(?:don't|do not|"
    r"dont)(?: really)? (?:wanna|want|wish|care|feel like|like)(?: to)?|rather not|prefer not to|refuse to|won't|"
    r"will not|"
    r"can't|cannot|can not|am not going to|'m not going to) (?:continue|continuing|go on|going on|carry on|"
    r"carrying on|keep going|keep talking|participate|take part|do this(?: any| now| right)|"
    r"(?:talk|talking|chat|chatting|speak|speaking|answer|answering|discuss|discussing|say|saying|write|writing|"
    r"add|respond|reply)(?= (?:any|more|to you|with|questions|further|these|your|now|right|anything|else|longer))|"
    r"(?:talk|chat|answer)(?= ?$)|stay)"
    r"(?: (?:any|more|anymore|any ?more|any longer|longer|questions?|this|with|you|to|it|anything|else|that|"
    r"further|of|these|those|your|now|today|right|conversation|interview|chat|survey|bot|a|machine))*",
    # Out of time.
    r"(?:i )?(?:(?:have|'ve got|have got|got) (?:really )?no|(?:don't|do not|dont) (?:really )?have(?: any| the|"
    r" enough| much| more)?|ran out of|(?:'m|am) (?:running )?out of|running out of|am running out of) "
    r"(?:more )?(?:time|energy|patience)(?: or energy| or patience)?(?: any ?more)? (?:for (?:this|that|it|you|"
    r"more|any more|these|your|all this|all these)(?: (?:questions?|now|today|chat|interview|survey|stuff|"
    r"conversation|right now))*|"
    r"left|now|right now|today|any ?more|to (?:continue|go on|talk|chat|answer|do this|carry on|waste|"
    r"keep going)(?: (?:any|more|this|now|questions|with|you|today))*)",
    r"(?:i(?:'m| am) )?(?:running )?out of time|(?:my )?time(?:'s| is) up|i(?:'m| am) running late|i(?:'m|"
    r" am) (?:too )?(?:tired|busy|bored) (?:to (?:go on|continue|talk|answer|chat)|for this|now|"
    r"of (?:this (?:chat|interview|conversation)|these questions|answering|your questions))(?: .{0,12})?",
    r"i(?:'m| am) not interested in (?:talking|answering|continuing|going on|chatting|your questions|"
    r"these questions|this (?:conversation|interview|chat|survey))(?: any ?more)?",
    r"(?:good ?)?bye(?: bye)?(?: for now)?|bye-bye|cya|see (?:you|ya)(?: later| soon| around)?|(?:talk|speak|"
    r"ttyl)(?: to you)? later|ttyl|so long|farewell",
)  # fmt: skip
_LEAVING = (
    rf"{_I_HAVE_TO} (?:{_GO}|stop)",
    r"i(?:'m| am)(?: actually| really)? (?:leaving|going|heading off|heading out|logging off|signing off|off|out|"
    r"out of here)(?: home| to bed| to work)? ?(?:now|then|bye)?",
    r"(?:back to work|time to go|off to (?:bed|work|lunch|a meeting|my meeting)|gtg|g2g)(?: (?:now|for me))*",
    r"i(?:'ve| have)(?: got)? (?:a|my|another) (?:\w+ )?(?:train|bus|flight|plane|tram|meeting|appointment|class|"
    r"lesson|kids?) to (?:catch|get to|attend|go to|run to|pick up)(?: (?:now|soon))?",
    r"i(?:'ve| have)(?: got)? (?:a|another) (?:meeting|call|appointment)(?: (?:now|soon|to get to|to attend|"
    r"in .{1,16}))*",
)
_PLAIN = (
    r"(?:that|this|it)(?:'s| is|'ll be| will be| was|'d be| would be| should be| ought to be)?(?: (?:really|"
    r"basically|pretty much|about|"
    r"probably|just|quite))* (?:all|it|everything|enough|plenty|all there is(?: to it)?|"
    r"all i (?:know|remember|got|have|wanted|can))(?: (?:from me|for me|i think|i got))?",
    r"that(?:'ll| will) (?:be all|do|be it|suffice|be enough)|is (?:that|this) (?:all|it|enough|over)|(?:are|"
    r"is) (?:we|this|it) (?:done|over|finished)(?: yet)?",
    r"enough|enough of this|i(?:'ve| have) had enough(?: of (?:this|it|that|you))?|stop(?: it| this| that| now|"
    r" here| right there)*|quit(?: it)?|exit|end|the end|cancel|finish(?:ed)?|all done|done|over|"
    r"no more(?: of this| today| from me)?|"
    r"that(?:'s| is) (?:me (?:done|finished|out)|me|the end|my lot)|i quit|i give up|forget it|i(?:'m|"
    r" am) (?:good|all set|out|"
    r"over this)|all set|that's that|end of story|over and out|shut up|get lost|unsubscribe",
    rf"(?:i (?:have|'ve got) |i've (?:got )?|there(?:'s| is) )?(?:nothing|no one|not much) (?:else|more|"
    rf"further)(?: i {_I_SAID}| comes to mind| occurs to me| from me)?|nothing (?:to say|comes to mind any ?more)|"
    rf"no more to (?:say|add)",
    r"(?:i(?:'m| am) )?not interested(?: in (?:this|it|that))?(?: any ?more| at all)?|i (?:don't|"
    r"do not) want (?:this|any more|to do this)(?: any ?more)?",
    r"(?:i think )?we(?:'ve| have)? (?:already )?(?:covered|discussed|said|talked about|been through|"
    r"gone through) (?:it|everything|that|all|enough|this)(?: all| already)?",
)  # fmt: skip
_FILLER = (
    r"(?:i(?:'m| am) )?(?:so |very |really |a bit |too )?(?:tired|busy|late|in a (?:hurry|rush)|exhausted)|"
    r"it(?:'s| is) (?:getting )?(?:late|lunchtime|dinner ?time|midnight|past my bedtime)|"
    r"something (?:just )?came up|nothing (?:more |else )?(?:comes|springs) to mind|"
    r"that(?:'s| is) my (?:answer|opinion|view|take|two cents|point)|duty calls|(?:it was )?(?:nice|good|great|"
    r"lovely) (?:talking|chatting|speaking|"
    r"to talk|to chat)(?: to| with)?(?: you)?|"
    r"(?:thanks|thank you|thx)(?: (?:so|very) much| a lot)?(?: for (?:the |your |all the )?(?:questions?|time|"
    r"chat|conversation|patience|interview|listening|asking|understanding|everything|having me))?|"
    r"good (?:luck|night)(?: with (?:it|this|that|everything))?|have a (?:nice|good|great) .{2,12}|take care|"
    r"all the best|"
    r"(?:my|our|the|a) (?:bus|train|tram|taxi|uber|ride|boss|manager|baby|child|children|kids?|son|daughter|"
    r"husband|wife|partner|dog|break|lunch|lunch break|phone|battery|meeting|next meeting|shift|class|stop|"
    r"dinner|food|doorbell|mother|mum|mom|dad|friend|colleague|flight|class|lesson|doctor)(?:'s)? .{2,40}|"
    r"someone(?:'s| is) at the door|i(?:'ve| have)(?: got)? (?:things|stuff|work) to do|"
    r"(?:i )?hope (?:that|this|it) helps?(?: you)?|don't be (?:cross|angry)|no offen[cs]e|no hard feelings|"
    r"as far as i(?:'m| am) concerned",
)  # fmt: skip


def _whole(*patterns: str) -> re.Pattern[str]:
    return re.compile(f"{_LEAD}(?:{'|'.join(patterns)}){_TAIL} ?")


KINDS: Mapping[Kind, re.Pattern[str]] = {
    "clear": _whole(*_CLEAR),
    "leaving": _whole(*_LEAVING),
    "plain": _whole(*_PLAIN),
    "filler": re.compile(rf"{_LEAD}(?:(?:{_FILLER[0]})?{_TAIL} ?)?"),
}
