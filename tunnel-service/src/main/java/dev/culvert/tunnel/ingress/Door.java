package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.edge.ClientAddress;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.Admission.Admitted;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnel.session.Visit;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lets requests in by what they show and where they come from. */
final class Door {
    private Door() {}

    /** Why a request to a tunnel that the caller may know of is not let in. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Admitted admitted;

        Refused(Admitted admitted, RuntimeException cause) {
            super(cause);
            this.admitted = admitted;
        }
    }

    /**
     * Takes the credentials out of the request and asks who it is and what the path's name means to them. A request that is
     * let in by a share or link is counted last against the quota of that and the uses of the link: what is refused before takes
     * nothing of either.
     *
     * @return of a tunnel that was found; fails with what {@link #reason} understands
     */
    static CompletableFuture<Admitted> admit(Ingress ingress, Channel client, HttpRequest request, TunnelPath path) {
        return ask(ingress.admission(), request, path).thenCompose(answer -> {
            try {
                requireNetwork(letThrough(ingress, answer), client, request);
            } catch (RuntimeException e) {
                throw answer.resolution() instanceof Resolution.Found ? new Refused(answer, e) : e;
            }
            return ingress.admission().charge(answer);
        });
    }

    /**
     * The problem that a request is answered with.
     *
     * @param known told of the tunnel, if it is one that the caller may know of
     */
    static Throwable reason(@Nullable Throwable failure, Consumer<Admitted> known) {
        Throwable why = failure == null ? new IllegalStateException("No answer of the directory") : unwrapped(failure);
        if (why instanceof Refused refused) {
            known.accept(refused.admitted);
            return Objects.requireNonNull(refused.getCause());
        }
        return why;
    }

    /** The tunnel of somebody who was let in. */
    static Resolution.Found found(Admitted admitted) {
        return (Resolution.Found) admitted.resolution();
    }

    private static CompletableFuture<Admitted> ask(Admission admission, HttpRequest request, TunnelPath path) {
        return switch (Credentials.show(request.headers(), path.shareToken())) {
            case Shown.Visitor visitor ->
                admission.admit(new Visit(path.name(), visitor.shareToken(), visitor.login()));
            case Shown.Account account when account.fromGateway() -> admission.admit(account.token(), path.name());
            case Shown.Account account ->
                admission
                        .admit(account.token(), path.name())
                        .exceptionallyCompose(
                                failure -> asVisitor(admission, request.headers(), path, account, failure));
        };
    }

    /** In a public tunnel, a token that is not ours is meant for the local service, so it goes on with the request. */
    private static CompletableFuture<Admitted> asVisitor(
            Admission admission, HttpHeaders headers, TunnelPath path, Shown.Account account, Throwable failure) {
        if (!isForeignToken(failure) || Credentials.isOurs(account.token())) {
            return CompletableFuture.failedFuture(failure);
        }
        return admission
                .admit(new Visit(path.name(), Optional.empty(), Optional.empty()))
                .handle((admitted, _) -> {
                    if (admitted == null) {
                        throw new CompletionException(unwrapped(failure));
                    }
                    headers.set(HttpHeaderNames.AUTHORIZATION, Credentials.BEARER + account.token());
                    return admitted;
                });
    }

    private static boolean isForeignToken(Throwable failure) {
        return unwrapped(failure) instanceof ProblemException problem
                && problem.code() == ProblemCode.AUTH_TOKEN_INVALID;
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Refuses what comes from a network the tunnel is closed to. */
    private static void requireNetwork(Resolution.Found found, Channel client, HttpRequest request) {
        if (found.networks().isEmpty()) {
            return;
        }
        InetAddress from = ClientAddress.of(client, request);
        if (from == null || found.networks().stream().noneMatch(network -> network.contains(from))) {
            throw IngressProblems.foreignNetwork();
        }
    }

    /**
     * The tunnel an admitted caller may use now.
     *
     * @throws ProblemException if the caller may not, or there is nobody to answer
     */
    private static Resolution.Found letThrough(Ingress ingress, Admitted answer) {
        if (!answer.caller().hasScope(Scope.TUNNELS_USE)) {
            throw new ProblemException(
                            ProblemCode.FORBIDDEN, "These credentials lack the scope " + Scope.TUNNELS_USE + ".")
                    .withAlias("INSUFFICIENT_SCOPES");
        }
        return switch (answer.resolution()) {
            case Resolution.Unknown _ -> throw IngressProblems.unknownTunnel();
            case Resolution.Stopped _ -> throw IngressProblems.stopped();
            case Resolution.Found found -> {
                if (!ingress.registry().connected(found.tunnelId())
                        && ingress.cluster().elsewhere(found.tunnelId()).isEmpty()
                        && !ingress.endpoints().holdsRequests(found.tunnelId())) {
                    throw ingress.draining().get() ? IngressProblems.draining() : IngressProblems.offline();
                }
                yield found;
            }
        };
    }
}
