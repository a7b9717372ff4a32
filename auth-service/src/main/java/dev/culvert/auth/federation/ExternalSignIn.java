package dev.culvert.auth.federation;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.account.Account;
import dev.culvert.auth.browser.Continuation;
import dev.culvert.auth.browser.OtherSignIns;
import dev.culvert.auth.federation.PendingSignIns.Pending;
import dev.culvert.auth.federation.TrustedIssuers.TrustedIssuer;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Service;

/**
 * Signing in at a provider: authorization code flow with PKCE, state and nonce (OpenID Connect Core §3.1, RFC 7636). Each
 * provider sends browsers back to an address of its own and names itself where it can, so that the answer of one is never
 * taken for another's (RFC 9207, RFC 9700 §4.4).
 */
@Service
class ExternalSignIn implements OtherSignIns {
    static final String BEGIN = "/oauth/sign-in/with/";
    static final String CALLBACK = "/oauth/sign-in/from/";

    private final TrustedIssuers issuers;
    private final PendingSignIns pending;
    private final CodeExchange codes;
    private final ExternalTokens tokens;
    private final ExternalAccounts accounts;
    private final FederationProperties properties;

    ExternalSignIn(
            TrustedIssuers issuers,
            PendingSignIns pending,
            CodeExchange codes,
            ExternalTokens tokens,
            ExternalAccounts accounts,
            FederationProperties properties) {
        this.issuers = issuers;
        this.pending = pending;
        this.codes = codes;
        this.tokens = tokens;
        this.accounts = accounts;
        this.properties = properties;
    }

    /**
     * Where to send the browser.
     *
     * @param browser to be kept by the browser in a cookie
     */
    record Departure(String location, OpaqueToken browser) {}

    /** What the provider's redirect said; absent is empty. */
    record Answer(String code, String state, String iss, String error) {}

    /**
     * Who came back.
     *
     * @param who issuer id and subject, for records
     */
    record Arrival(Account account, String who, Continuation next) {}

    @Override
    public List<OtherSignIn> all() {
        return issuers.forSignIn().stream()
                .map(issuer -> new OtherSignIn(issuer.name(), BEGIN + issuer.id()))
                .toList();
    }

    /**
     * Begins a sign-in.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when the provider cannot be reached
     */
    Departure depart(TrustedIssuer issuer, Continuation next) {
        OpaqueToken state = OpaqueToken.random();
        OpaqueToken browser = OpaqueToken.random();
        String nonce = OpaqueToken.random().value();
        OpaqueToken verifier = OpaqueToken.random();
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", issuer.settings().clientId());
        parameters.put("redirect_uri", redirectUri(issuer));
        parameters.put("scope", String.join(" ", issuer.settings().signInScopes()));
        parameters.put("state", state.value());
        parameters.put("nonce", nonce);
        parameters.put("code_challenge", Base64.getUrlEncoder().withoutPadding().encodeToString(verifier.hash()));
        parameters.put("code_challenge_method", "S256");
        String endpoint = issuer.documents().metadata().authorizationEndpoint().orElseThrow(ExternalSignIn::unusable);
        pending.insert(state, browser, new Pending(issuer.settings().id(), nonce, verifier.value(), next));
        return new Departure(
                endpoint + (endpoint.contains("?") ? "&" : "?") + CodeExchange.encoded(parameters), browser);
    }

    /**
     * Ends it: the account of whom the provider has proven.
     *
     * @throws ExternalSignInException when the answer does not belong to a sign-in of this browser at this provider, or
     *     does not hold
     * @throws ProblemException FORBIDDEN when there is no account and none may be made
     */
    Arrival arrive(TrustedIssuer issuer, Answer answer, Optional<OpaqueToken> browser) throws ExternalSignInException {
        Pending sent = browser.flatMap(cookie -> pending.redeem(OpaqueToken.of(answer.state()), cookie))
                .orElseThrow(() -> new ExternalSignInException("state_unknown", Optional.empty()));
        Optional<Continuation> next = Optional.of(sent.next());
        IssuerMetadata metadata = issuer.documents().metadata();
        require(sent.issuerId().equals(issuer.settings().id()), "mix_up", next);
        require(namesItself(issuer.settings(), metadata, answer), "mix_up", next);
        require(answer.error().isEmpty(), "refused_by_provider", next);
        String idToken = codes.idToken(issuer.settings(), metadata, answer.code(), sent.verifier(), redirectUri(issuer))
                .orElseThrow(() -> new ExternalSignInException("code_not_taken", next));
        try {
            JWTClaimsSet claims = tokens.verifyIdToken(issuer, idToken, sent.nonce());
            ExternalPerson person = ExternalPerson.of(issuer.settings(), claims);
            return new Arrival(
                    accounts.of(issuer.settings(), person),
                    issuer.settings().id() + ":" + person.subject(),
                    sent.next());
        } catch (TokenRefusedException e) {
            throw new ExternalSignInException(e.reason().word(), next);
        }
    }

    private static boolean namesItself(ExternalIssuer issuer, IssuerMetadata metadata, Answer answer) {
        return answer.iss().isEmpty() ? !metadata.namesItself() : answer.iss().equals(issuer.issuer());
    }

    private String redirectUri(TrustedIssuer issuer) {
        return properties.publicUrl() + CALLBACK + issuer.settings().id();
    }

    private static void require(boolean condition, String reason, Optional<Continuation> next)
            throws ExternalSignInException {
        if (!condition) {
            throw new ExternalSignInException(reason, next);
        }
    }

    private static ProblemException unusable() {
        return new ProblemException(
                ProblemCode.SERVICE_UNAVAILABLE, "The identity provider names no page to sign in at.");
    }
}
