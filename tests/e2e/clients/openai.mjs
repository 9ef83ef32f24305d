// The official OpenAI SDK for Node as a client of the gateway.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { fails, question, run, text, token, url } from './cases.mjs';

// Without retries of its own: what it sees is the gateway's first answer.
const connect = (options) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0, timeout: 20000, ...options });
const client = connect();
const chat = (params, options) =>
    client.chat.completions.create({ model: 'm', messages: question, ...params }, options);

// What a stream of chunks says: its text, the usage in it, and whether it came to an end.
async function read(stream) {
    const seen = { text: '', usage: [], chunks: 0, finish: null };
    for await (const chunk of stream) {
        seen.chunks += 1;
        seen.text += chunk.choices[0]?.delta?.content ?? chunk.choices[0]?.text ?? '';
        seen.finish = chunk.choices[0]?.finish_reason ?? seen.finish;
        if (chunk.usage) seen.usage.push(chunk.usage);
    }
    return seen;
}

await run({
    async chat() {
        const answer = await chat();
        assert.equal(answer.choices[0].message.content, text);
        assert.deepEqual(answer.usage, { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 });
        assert.match(answer._request_id, /^req_[0-9a-f]{16}$/);
    },

    async stream() {
        const seen = await read(await chat({ stream: true }));
        assert.equal(seen.text, text);
        assert.equal(seen.finish, 'stop');
        assert.deepEqual(seen.usage, []); // the gateway asked for it; this client did not
    },

    async usage() {
        const seen = await read(await chat({ stream: true, stream_options: { include_usage: true } }));
        assert.equal(seen.text, text);
        assert.deepEqual(seen.usage, [{ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 }]);
    },

    // The SDK asks for base64 by itself, and for numbers when told to.
    async embeddings() {
        const packed = await client.embeddings.create({ model: 'm', input: 'x' });
        assert.deepEqual(Array.from(packed.data[0].embedding).slice(0, 3), [0.5, -0.25, 0.125]);
        const plain = await client.embeddings.create({ model: 'm', input: ['x'], encoding_format: 'float' });
        assert.deepEqual(plain.data[0].embedding.slice(0, 3), [0.5, -0.25, 0.125]);
        assert.equal(plain.usage.prompt_tokens, 7);
    },

    async completions() {
        const answer = await client.completions.create({ model: 'm', prompt: 'hi' });
        assert.equal(answer.choices[0].text, text);
        const seen = await read(await client.completions.create({ model: 'm', prompt: 'hi', stream: true }));
        assert.equal(seen.text, text);
        assert.deepEqual(seen.usage, []);
    },

    async responses() {
        const answer = await client.responses.create({ model: 'm', input: 'hi' });
        assert.equal(answer.output_text, text);
        let said = '';
        let usage;
        for await (const event of await client.responses.create({ model: 'm', input: 'hi', stream: true })) {
            if (event.type === 'response.output_text.delta') said += event.delta;
            if (event.type === 'response.completed') usage = event.response.usage;
        }
        assert.equal(said, text);
        assert.equal(usage.output_tokens, 5);
    },

    async models() {
        const ids = [];
        for await (const model of client.models.list()) ids.push(model.id);
        assert.deepEqual(ids, ['gpt-oss:20b', 'gpt-oss:120b', 'qwen3-coder:480b']);
        const model = await client.models.retrieve('qwen3-coder:480b');
        assert.equal(model.id, 'qwen3-coder:480b');
        assert.equal(model.object, 'model');
        await fails(() => client.models.retrieve('none'), OpenAI.NotFoundError, {
            status: 404,
            code: 'model_not_found',
        });
    },

    // Errors of the gateway's own, and of the upstream's that are meant for the client.
    async errors() {
        const stranger = connect({ apiKey: 'sk-nobody' });
        const refused = { status: 401, code: 'invalid_api_key', type: 'authentication_error' };
        await fails(() => stranger.models.list(), OpenAI.AuthenticationError, refused);
        const error = await fails(
            () => stranger.chat.completions.create({ model: 'm', messages: question }),
            OpenAI.AuthenticationError,
            refused,
        );
        assert.match(error.requestID, /^req_/);
        await fails(() => chat({ model: 5 }), OpenAI.BadRequestError, { code: 'invalid_field', param: 'model' });
        await fails(() => client.post('/nothing/here'), OpenAI.NotFoundError, { code: 'unknown_path' });
        await fails(() => chat({ model: 'fake:body=openai-context' }), OpenAI.BadRequestError, {
            status: 400,
            code: 'context_length_exceeded',
        });
        await fails(() => chat({ model: 'fake:body=ollama-no-model' }), OpenAI.NotFoundError, { status: 404 });
        await fails(() => chat({ model: 'fake:status=500' }), OpenAI.InternalServerError, {});
        const openrouter = connect({ baseURL: `${url}/openrouter/v1` });
        await fails(() => openrouter.models.list(), OpenAI.AuthenticationError, { code: 'wrong_provider' });
    },

    async limited() {
        const error = await fails(() => chat(), OpenAI.RateLimitError, { status: 429, code: process.env.CODE });
        assert.match(error.headers.get('retry-after'), /^[1-9][0-9]*$/);
    },

    // A pool that is at its limits for a second: the SDK waits as long as it is told, and gets through.
    async retries() {
        const patient = connect({ maxRetries: 3 });
        const answer = await patient.chat.completions.create({ model: 'm', messages: question });
        assert.equal(answer.choices[0].message.content, text);
    },

    async abort() {
        const stream = await chat({ model: 'fake:events=1000,pace=20', stream: true });
        let chunks = 0;
        for await (const chunk of stream) {
            assert.ok(chunk.choices);
            if ((chunks += 1) === 3) stream.controller.abort();
        }
        assert.ok(chunks < 100, `${chunks} pieces`); // what had come with the third may follow it
    },

    // An upstream that dies in the middle must not pass for a complete answer.
    async broken() {
        const stream = await chat({ model: 'fake:events=200,cut=5000', stream: true });
        const error = await fails(() => read(stream), OpenAI.APIError, {});
        assert.equal(error.code, 'upstream_broken');
    },

    async openrouter() {
        const openrouter = connect({ baseURL: `${url}/openrouter/v1` });
        const ask = (model) => openrouter.chat.completions.create({ model, messages: question, stream: true });
        assert.equal((await read(await ask('m'))).text, text);
        await fails(() => ask('fake:body=openrouter-403-moderation'), OpenAI.PermissionDeniedError, {});
        const { data } = await openrouter.models.list();
        assert.ok(data.length > 0);
    },
});
