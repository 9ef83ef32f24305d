// Ollama's own client for Node as a client of the gateway.
import assert from 'node:assert/strict';
import { Ollama } from 'ollama';
import { fails, question, run, text, token, url } from './cases.mjs';

const connect = (secret) => new Ollama({ host: url, headers: { Authorization: `Bearer ${secret}` } });
const client = connect(token);

async function read(stream, piece) {
    const seen = { text: '', last: null };
    for await (const part of stream) {
        seen.text += piece(part);
        seen.last = part;
    }
    return seen;
}

await run({
    async chat() {
        const answer = await client.chat({ model: 'm', messages: question });
        assert.equal(answer.message.content, text);
        assert.equal(answer.eval_count, 5);
        const stream = await client.chat({ model: 'm', messages: question, stream: true });
        const seen = await read(stream, (part) => part.message.content);
        assert.equal(seen.text, text);
        assert.equal(seen.last.done, true);
    },

    async generate() {
        const stream = await client.generate({ model: 'm', prompt: 'hi', stream: true });
        const seen = await read(stream, (part) => part.response);
        assert.equal(seen.text, text);
        assert.equal(seen.last.eval_count, 5);
        const answer = await client.generate({ model: 'm', prompt: 'hi' });
        assert.equal(answer.response, text);
    },

    async embed() {
        const { embeddings } = await client.embed({ model: 'm', input: 'x' });
        assert.deepEqual(embeddings[0].slice(0, 3), [0.5, -0.25, 0.125]);
    },

    async list() {
        const { models } = await client.list();
        assert.deepEqual(
            models.map((model) => model.name),
            ['gpt-oss:20b', 'gpt-oss:120b', 'qwen3-coder:480b'],
        );
    },

    async show() {
        const about = await client.show({ model: 'gpt-oss:20b' });
        assert.deepEqual(about.capabilities, ['completion', 'tools']);
    },

    async errors() {
        const ResponseError = { name: 'ResponseError' }; // the package does not export it
        const error = await fails(() => connect('sk-nobody').list(), ResponseError, { status_code: 401 });
        assert.equal(error.error.code, 'invalid_api_key');
        await fails(() => client.chat({ model: 'fake:body=ollama-no-model', messages: question }), ResponseError, {
            status_code: 404,
        });
        await fails(() => client.chat({ model: 5, messages: question }), ResponseError, { status_code: 400 });
    },

    async abort() {
        const stream = await client.chat({ model: 'fake:events=1000,pace=20', messages: question, stream: true });
        let parts = 0;
        try {
            for await (const part of stream) {
                assert.ok(part.message);
                if ((parts += 1) === 3) client.abort();
            }
        } catch (e) {
            assert.equal(e.name, 'AbortError');
        }
        assert.equal(parts, 3);
    },
});
