"""The official OpenAI SDK for Python as a client of the gateway: openai_sdk.py CASE."""

import asyncio
import os
import re
import sys

import openai

URL = os.environ["GATEWAY_URL"]
TOKEN = os.environ["TOKEN"]
TEXT = "Hello from the fake up"
QUESTION = [{"role": "user", "content": "hi"}]


def connect(kind=openai.OpenAI, **options):
    """Without retries of its own: what it sees is the gateway's first answer."""
    return kind(**{"base_url": f"{URL}/v1", "api_key": TOKEN, "max_retries": 0, "timeout": 20, **options})


client = connect()


def chat(**params):
    return client.chat.completions.create(**{"model": "m", "messages": QUESTION, **params})


def fails(call, kind, status):
    try:
        call()
    except openai.OpenAIError as error:
        assert type(error) is kind, repr(error)
        assert getattr(error, "status_code", None) == status, repr(error)
        return error
    raise AssertionError(f"succeeded; {kind.__name__} was expected")


def case_chat():
    answer = chat()
    assert answer.choices[0].message.content == TEXT
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 5)
    assert re.fullmatch(r"req_[0-9a-f]{16}", answer._request_id)


def case_stream():
    said, usage = "", []
    for chunk in chat(stream=True):
        said += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage += [chunk.usage] if chunk.usage else []
    assert said == TEXT
    assert not usage  # the gateway asked for it; this client did not


def case_parallel():
    async def many():
        async with connect(openai.AsyncOpenAI) as pool:
            ask = lambda: pool.chat.completions.create(model="m", messages=QUESTION)
            return await asyncio.gather(*(ask() for _ in range(50)))

    assert [a.choices[0].message.content for a in asyncio.run(many())] == [TEXT] * 50


def case_embeddings():
    vector = client.embeddings.create(model="m", input="x").data[0].embedding
    assert vector[:3] == [0.5, -0.25, 0.125]


def case_models():
    assert [m.id for m in client.models.list()] == ["gpt-oss:20b", "gpt-oss:120b", "qwen3-coder:480b"]
    assert client.models.retrieve("qwen3-coder:480b").object == "model"


def case_errors():
    stranger = connect(api_key="sk-nobody")
    error = fails(stranger.models.list, openai.AuthenticationError, 401)
    assert error.code == "invalid_api_key"
    error = fails(lambda: chat(model=5), openai.BadRequestError, 400)
    assert error.param == "model"
    fails(lambda: chat(model="fake:body=ollama-no-model"), openai.NotFoundError, 404)
    error = fails(lambda: list(chat(model="fake:events=200,cut=5000", stream=True)), openai.APIError, None)
    assert error.code == "upstream_broken", error.code


globals()[f"case_{sys.argv[1]}"]()
print(f"{sys.argv[1]}: ok")
