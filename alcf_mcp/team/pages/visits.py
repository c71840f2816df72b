"""Sign-ins of people who look at the server's own pages: they last an hour, and no client can use them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from alcf_mcp.team.globus_client import GlobusTokenClient, asked_of_globus, globus_url
from alcf_mcp.team.person import Person
from alcf_mcp.team.sign_in import GlobusSignIn

VISIT_SECONDS = 3600


@dataclass(frozen=True)
class Visit:
    """Somebody's visit.

    Attributes:
        person: who it is.
        sign_in: the id of their Globus sign-in.
    """

    person: Person
    sign_in: str


@dataclass(frozen=True)
class Visits:
    """Begins and ends visits.

    Args:
        client_id: the server's client at Globus.
        client_secret: its secret.
        redirect_uri: where Globus sends people back to.
        sign_in: keeps the sign-ins.
    """

    client_id: str
    client_secret: SecretStr
    redirect_uri: str
    sign_in: GlobusSignIn

    def asked(self) -> dict[str, str]:
        """What to ask Globus for."""
        asked = asked_of_globus(groups=self.sign_in.admission.asks_for_groups, lasting=False)
        return asked | {"client_id": self.client_id, "redirect_uri": self.redirect_uri}

    async def begin(self, code: str, verifier: str) -> Visit:
        """Begin a visit with the code that Globus has given.

        Raises:
            NotAdmitted: the person is not let in.
            Exception: Globus does not confirm it.
        """
        secret = self.client_secret.get_secret_value()
        client = GlobusTokenClient(self.client_id, secret, timeout=20.0)
        try:
            tokens = await client.fetch_token(
                f"{globus_url()}/v2/oauth2/token",
                code=code,
                redirect_uri=self.redirect_uri,
                code_verifier=verifier,
            )
        finally:
            await client.aclose()
        person = Person.of(await self.sign_in.id_tokens.claims(tokens["id_token"]))
        await self.sign_in.admission.admit(person, tokens)
        return Visit(person, await self.sign_in.keep(tokens, VISIT_SECONDS))

    async def goes_on(self, visit: Visit) -> bool:
        """Whether a visit has not been ended, and its person may still use the server."""
        found = await self.sign_in.sign_in(visit.sign_in)
        return found is not None and await self.sign_in.admission.still_admits(visit.person)

    async def end(self, visit: Visit) -> None:
        """End a visit."""
        await self.sign_in.end(visit.sign_in)
