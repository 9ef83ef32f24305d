// Runs one of a client's cases, by the name in the command line, against the gateway in the environment.
import assert from 'node:assert/strict';

export const url = process.env.GATEWAY_URL;
export const token = process.env.TOKEN;
export const text = 'Hello from the fake up';
export const question = [{ role: 'user', content: 'hi' }];

// The error that a call ends in: of this class, with these properties.
export async function fails(call, type, wanted) {
    const error = await call().then(
        () => assert.fail(`succeeded; ${type.name} was expected`),
        (e) => e,
    );
    assert.equal(error.constructor.name, type.name, `${error.constructor.name}: ${error.message}`);
    for (const [name, value] of Object.entries(wanted)) {
        assert.equal(error[name], value, `${name} of ${type.name}`);
    }
    return error;
}

export async function run(cases) {
    const name = process.argv[2];
    assert.ok(cases[name], `no such case: ${name}; there are ${Object.keys(cases).join(', ')}`);
    await cases[name]();
    console.log(`${name}: ok`);
}
