package dev.culvert.gateway.identity;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Identity;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.ratelimit.AddressLimit;
import dev.culvert.gateway.security.SecurityEvents;
import dev.culvert.platform.problem.ProblemException;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Says who is calling (requirements R2.1, R2.1a, R2.1b). A small filter of our own instead of the reactive security chain,
 * which costs several times the request it protects; services verify the token again. What is not declared open needs a
 * credential. On open paths one that does not hold is no reason to refuse: who has to sign in anew often still sends it.
 */
@Component
public final class CallerIdentification implements Stage {
    private final Identities identities;
    private final KeyProofs proofs;
    private final AddressLimit addresses;
    private final CheckTimes times;
    private final SecurityEvents events;

    CallerIdentification(
            Identities identities, KeyProofs proofs, AddressLimit addresses, CheckTimes times, SecurityEvents events) {
        this.events = events;
        this.identities = identities;
        this.proofs = proofs;
        this.addresses = addresses;
        this.times = times;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        if (call.destination().plane() == Plane.OWN) {
            return chain.filter(exchange);
        }
        Optional<Credential> shown = Credential.of(exchange.getRequest().getHeaders());
        if (shown.filter(credential -> !credential.value().isBlank()).isEmpty()) {
            ProblemException missing = shown.isEmpty() ? missing() : missing().withAlias("MISSING_API_KEY");
            return call.destination().open() ? chain.filter(exchange) : refuse(exchange, missing);
        }
        long start = System.nanoTime();
        Credential credential = shown.get();
        var known = identities.known(credential);
        if (known.isPresent() && known.get().keyThumbprint().isEmpty() && allowedHere(known.get(), call)) {
            call.identify(known.get(), credential.header());
            times.remembered(credential, start);
            return chain.filter(exchange);
        }
        Mono<Identity> identity =
                known.map(Mono::just).orElseGet(() -> verify(identities.read(credential), exchange, call));
        return identity.doOnNext(found -> admit(found, credential, exchange, call))
                .doOnNext(_ -> times.verified(credential, start))
                .then()
                .onErrorResume(ProblemException.class, refusal -> judge(exchange, refusal))
                .then(Mono.defer(() -> chain.filter(exchange)));
    }

    private Mono<Identity> verify(Credential credential, ServerWebExchange exchange, Call call) {
        return mayAsk(exchange, credential)
                .then(Mono.defer(
                        () -> identities.verify(credential, call.client().address())));
    }

    /** Checking a signature is cheap and proves a neighbour's innocence; asking auth-service is not. */
    private Mono<Void> mayAsk(ServerWebExchange exchange, Credential credential) {
        return switch (credential) {
            case Credential.AccessToken _ -> Mono.empty();
            case Credential.ApiKey _, Credential.ExternalToken _ -> addresses.admitUnproven(exchange);
        };
    }

    /** What each request has to show anew: that it comes from where its key may be used, and has the key it is bound to. */
    private void admit(Identity found, Credential credential, ServerWebExchange exchange, Call call) {
        if (!allowedHere(found, call)) {
            throw ApiKeys.refusedHere();
        }
        proofs.require(found, exchange.getRequest(), call);
        call.identify(found, credential.header());
    }

    /** The one who asked may have been allowed where this one is not: a verified key is remembered for all addresses. */
    private static boolean allowedHere(Identity identity, Call call) {
        return identity.key().map(terms -> terms.allow(call.client().address())).orElse(true);
    }

    private Mono<Void> judge(ServerWebExchange exchange, ProblemException refusal) {
        if (refusal.code() != ProblemCode.FORBIDDEN && refusal.code().status() != 401) {
            return Mono.error(refusal);
        }
        Call call = Call.of(exchange);
        if (call.destination().open()) {
            return Mono.empty();
        }
        events.record(RefusedCredential.typeOf(refusal), call, exchange.getRequest());
        return refuse(exchange, refusal);
    }

    /** A refused credential counts against the address; the flood's refusal then speaks instead of this one. */
    private Mono<Void> refuse(ServerWebExchange exchange, ProblemException refusal) {
        return addresses.countUnproven(exchange).then(Mono.error(refusal));
    }

    private static ProblemException missing() {
        return new ProblemException(
                ProblemCode.AUTH_TOKEN_MISSING,
                "Send an access token or an API key as 'Authorization: Bearer ...', or an API key as X-API-Key.");
    }
}
