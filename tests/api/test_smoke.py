import pytest
from tests.api.hosts import new_host

def test_smoke(aws):
    h = new_host()
    r = h.call("GET", "/me"); print(r.status_code, r.body, r.headers)
    s = h.new_session(critical="Allergies", questions=[{"text":"Diet?","type":"Options","options":["a","b"],"required":True}])
    print(s)
    i = s["id"]
    for p in ("", "/questions", "/responses", "/summary", "/session-md"):
        r = h.call("GET", f"/sessions/{i}{p}"); print(p, r.status_code, r.body[:2000])
    q = h.call("GET", f"/sessions/{i}/questions").json_body["data"][0]["id"]
    r = h.call("POST", f"/sessions/{i}/chat/questions", {"participant_id":"p1","participant_name":"Bo","answers":[{"question_id":q,"answer":"a"}]}); print(r.status_code, r.body)
    r = h.call("POST", f"/sessions/{i}/chat", {"participant_id":"p1","participant_name":"Bo","content":"I love soup with lots of vegetables"}); print(r.status_code, r.body)
    r = h.call("POST", f"/sessions/{i}/chat", {"participant_id":"p1","participant_name":"Bo","content":"Hm", "message_id":"x"}); print(r.status_code, r.body)
    r = h.call("POST", f"/sessions/{i}/chat", {"participant_id":"p1","participant_name":"Bo","content":"Hm", "message_id":"x"}); print(r.status_code, r.body)
    r = h.call("GET", f"/sessions/{i}/responses"); print(r.status_code, r.body)
    r = h.call("GET", f"/sessions/{i}"); print(r.status_code, r.body)
    r = h.call("POST", "/sessions", {"topic": 3}); print(r.status_code, r.body)
    r = h.call("GET", "/nope"); print(r.status_code, r.body)
    r = h.call("POST", "/sessions", {"topic": "x","goal":"y","results_visibility":"z"}); print(r.status_code, r.body)
    r = h.call("POST", "/sessions", {"topic": "x","goal":"y","questions":[{"text":"t","type":"z"}]}); print(r.status_code, r.body)
