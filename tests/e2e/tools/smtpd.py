"""A mail server for tests: smtpd.py PORT_FILE EVENTS RULE [--tls first|starttls|none] [--cert PEM] [--login USER:PASSWORD]

Writes its port to PORT_FILE and a line of JSON for all that it is told to EVENTS. The file RULE, read at each command,
says what to do other than usual: "COMMAND ANSWER" (RCPT 451 4.7.1 Later), or "COMMAND hang".
"""

import argparse
import asyncio
import email
import email.policy
import email.utils
import json
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


def options():
    p = argparse.ArgumentParser()
    p.add_argument("port_file")
    p.add_argument("events")
    p.add_argument("rule")
    p.add_argument("--tls", default="none", choices=("first", "starttls", "none"))
    p.add_argument("--cert")
    p.add_argument("--login")
    p.add_argument("--port", type=int, default=0)
    return p.parse_args()


def note(event, **more):
    with open(args.events, "a", encoding="utf-8") as f:
        f.write(json.dumps({"event": event, **more}) + "\n")


async def ruled(command, usual):
    """What the rule says to a command, or the usual answer."""
    try:
        with open(args.rule, encoding="utf-8") as f:
            name, _, answer = f.read().strip().partition(" ")
    except FileNotFoundError:
        return usual
    if name != command:
        return usual
    if answer == "hang":
        await asyncio.Event().wait()
    return answer


def told(data):
    """A mail as Python's parser reads it."""
    m = email.message_from_bytes(data, policy=email.policy.default)
    parts = list(m.iter_parts())
    return {
        "subject": m["Subject"],
        "from": m["From"],
        "to": m["To"],
        "id": m["Message-ID"],
        "date": int(email.utils.parsedate_to_datetime(m["Date"]).timestamp()),
        "mime": m["MIME-Version"],
        "type": m.get_content_type(),
        "auto": m["Auto-Submitted"],
        "types": [p.get_content_type() for p in parts],
        "charsets": [p.get_content_charset() for p in parts],
        "text": parts[0].get_content() if parts else "",
        "html": parts[1].get_content() if len(parts) > 1 else "",
        "defects": [str(d) for p in m.walk() for d in p.defects],
        "longest": max(len(line) for line in data.splitlines()),
        "ascii": data.isascii(),
    }


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        answer = await ruled("MAIL", "250 OK")
        envelope.mail_from = address
        note("mail", sender=address)
        return answer

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = await ruled("RCPT", "250 OK")
        note("rcpt", to=address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = await ruled("DATA", "250 2.0.0 Queued as 4711")
        if answer.startswith("2"):
            tls = server.transport.get_extra_info("sslcontext") is not None
            login = session.auth_data.login.decode() if session.authenticated else None
            note("data", peer=session.peer[1], tls=tls, login=login, sender=envelope.mail_from,
                 rcpt=envelope.rcpt_tos, **told(envelope.content))
        return answer

    async def handle_QUIT(self, server, session, envelope):
        note("quit")
        return await ruled("QUIT", "221 Bye")


class Server(SMTP):
    def connection_made(self, transport):
        if self.transport is None:  # not the second time, behind STARTTLS
            note("connect")
        super().connection_made(transport)


def authenticate(server, session, envelope, mechanism, data):
    user, _, password = args.login.partition(":")
    good = (data.login, data.password) == (user.encode(), password.encode())
    note("auth", mechanism=mechanism, good=good)
    return AuthResult(success=good, handled=False, auth_data=data)


def context():
    c = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    c.load_cert_chain(args.cert)
    return c


async def main():
    loop = asyncio.get_running_loop()
    starttls = args.tls == "starttls"

    def session():
        return Server(Handler(), hostname="mx.example.org", loop=loop,
                      tls_context=context() if starttls else None, require_starttls=starttls,
                      auth_required=bool(args.login), auth_require_tls=starttls,
                      authenticator=authenticate if args.login else None)

    server = await loop.create_server(session, "127.0.0.1", args.port,
                                      ssl=context() if args.tls == "first" else None)
    with open(args.port_file + ".new", "w", encoding="utf-8") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(args.port_file + ".new", args.port_file)
    await server.serve_forever()


args = options()
asyncio.run(main())
