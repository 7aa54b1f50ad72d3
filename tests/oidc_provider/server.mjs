// A real OpenID provider on loopback, for the tests: oidc-provider as it is, with sign-in pages of three fields.
// The tests say by the environment who can sign in, and where our app is.
import { createServer } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const { APP, LIVE, PEOPLE, PUBLIC_KEY } = process.env;
const people = JSON.parse(PEOPLE);
const told = ["name", "given_name", "pnr", "employeeHsaId", "commissionHsaId"];

function key(kid) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
}

function client(name, more) {
  return {
    client_id: name,
    client_secret: "the client's secret",
    redirect_uris: [`${APP}/logga-in/svar/${name}`],
    post_logout_redirect_uris: [`${APP}/utloggad`],
    backchannel_logout_uri: `${LIVE}/logga-ut/fran/${name}`,
    backchannel_logout_session_required: true,
    ...more,
  };
}

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    client("bankid", {}),
    client("siths", {
      client_secret: undefined,
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "RS256",
      jwks: { keys: [JSON.parse(PUBLIC_KEY)] },
    }),
  ],
  jwks: { keys: [key("1")] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  acrValues: ["loa2", "loa3"],
  claims: { openid: ["sub"], person: told, acr: null, auth_time: null, sid: null },
  scopes: ["openid", "person"],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  fetch: (url, { dispatcher: _refusesLoopback, ...options }) => fetch(url, options),
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  async loadExistingGrant(context) {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid person");
    grant.addOIDCClaims([...told, "acr", "auth_time"]);
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

server.on("request", async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    return response.end('<form method="post"><input name="sub"><input name="acr"><input name="no"></form>');
  }
  let body = "";
  for await (const part of request) body += part;
  const typed = new URLSearchParams(body);
  const result = typed.get("no")
    ? { error: "access_denied", error_description: "End-User aborted interaction" }
    : { login: { accountId: typed.get("sub"), acr: typed.get("acr") } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});
process.on("SIGTERM", () => process.exit(0));
process.stdin.on("end", () => process.exit(0)).resume(); // when the tests are gone, so is this
console.log(`ready ${issuer}`);
