package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.Admission.Admitted;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnel.session.Visit;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Lets requests in by what they show and where they come from. */
final class Door {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private Door() {}

    /** Takes the credentials out of the request and asks who it is and what the path's name means to them. */
    static CompletableFuture<Admitted> admit(Admission admission, HttpRequest request, TunnelPath path) {
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

    /** The tunnel, if the caller may use it and some replica has an agent of it. */
    static Resolution.Found requireFound(Ingress ingress, Admitted answer) {
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
                        && ingress.cluster().elsewhere(found.tunnelId()).isEmpty()) {
                    throw ingress.draining().get() ? IngressProblems.draining() : IngressProblems.offline();
                }
                yield found;
            }
        };
    }

    /** Refuses what comes from a network the tunnel is closed to. */
    static void requireNetwork(Resolution.Found found, Channel client, HttpRequest request) {
        if (found.networks().isEmpty()) {
            return;
        }
        InetAddress from = address(client, request);
        if (from == null || found.networks().stream().noneMatch(network -> network.contains(from))) {
            throw IngressProblems.foreignNetwork();
        }
    }

    /** Text of the address a request comes from; empty when it cannot be told. */
    static String addressText(Channel client, HttpRequest request) {
        InetAddress from = address(client, request);
        return from == null ? "" : from.getHostAddress();
    }

    /**
     * Behind the gateway the client's address is the one it forwards. It is believed from inside networks only: who reaches
     * this port from outside is its own witness to nothing.
     */
    private static @Nullable InetAddress address(Channel client, HttpRequest request) {
        if (!(client.remoteAddress() instanceof InetSocketAddress peer)) {
            return null;
        }
        String forwarded = request.headers().get(FORWARDED_FOR);
        if (forwarded == null || !isInside(peer.getAddress())) {
            return peer.getAddress();
        }
        try {
            return InetAddress.ofLiteral(forwarded.split(",", 2)[0].trim());
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private static boolean isInside(InetAddress address) {
        boolean uniqueLocal = address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || uniqueLocal;
    }
}
