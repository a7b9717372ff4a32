package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.TunnelEvent.TunnelVisibilityChanged;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.outbound.AddressRange;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.AccessChanged;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.VisitorLogins;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Who may use a tunnel without a share: the tenant, everybody, and from where. In the scope of the tunnel's tenant. */
@Service
class Visibility {
    private static final int MAX_PASSWORD_BYTES = 72; // what bcrypt looks at

    private final JdbcClient jdbc;
    private final VisitorLogins logins;
    private final Outbox outbox;
    private final ApplicationEventPublisher changes;

    Visibility(JdbcClient jdbc, VisitorLogins logins, Outbox outbox, ApplicationEventPublisher changes) {
        this.jdbc = jdbc;
        this.logins = logins;
        this.outbox = outbox;
        this.changes = changes;
    }

    @Transactional(readOnly = true)
    TunnelAccessSettings of(Standing tunnel) {
        return read(tunnel);
    }

    private TunnelAccessSettings read(Standing tunnel) {
        return jdbc.sql("SELECT visibility, allowed_networks FROM tunnels WHERE id = ?")
                .param(tunnel.tunnelId())
                .query((row, _) -> new TunnelAccessSettings(
                        row.getString("visibility"),
                        List.of((String[]) row.getArray("allowed_networks").getArray()),
                        logins.username(tunnel.tunnelId()).orElse(null)))
                .optional()
                .orElseThrow(TunnelAccess::notFound);
    }

    @Transactional
    TunnelAccessSettings replace(Standing tunnel, UpdateTunnelAccessRequest request) {
        List<String> networks = Objects.requireNonNullElse(request.allowedNetworks(), List.of());
        networks.forEach(Visibility::requireNetwork);
        Optional<UpdateTunnelAccessRequest.LoginRequest> login = Optional.ofNullable(request.login());
        login.ifPresent(it -> requirePassword(it.password()));
        int found = jdbc.sql("UPDATE tunnels SET visibility = ?, allowed_networks = ? WHERE id = ?")
                .params(request.visibility(), networks.toArray(String[]::new), tunnel.tunnelId())
                .update();
        if (found == 0) {
            throw TunnelAccess.notFound();
        }
        login.ifPresentOrElse(
                it -> logins.set(tunnel.tunnelId(), tunnel.tenantId(), it.username(), it.password()),
                () -> logins.remove(tunnel.tunnelId()));
        outbox.append(new TunnelVisibilityChanged(
                tunnel.tunnelId(),
                tunnel.ownerId(),
                tunnel.name(),
                request.visibility(),
                new TreeSet<>(networks),
                login.isPresent()));
        changes.publishEvent(AccessChanged.of(tunnel));
        return read(tunnel);
    }

    private static void requireNetwork(String network) {
        try {
            AddressRange.parse(network);
        } catch (IllegalArgumentException notOne) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Networks are addresses, or in CIDR notation.")
                    .withViolations(List.of(new Violation("allowedNetworks", "has one that is no network")));
        }
    }

    private static void requirePassword(String password) {
        if (password.getBytes(StandardCharsets.UTF_8).length > MAX_PASSWORD_BYTES) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Choose a shorter password.")
                    .withViolations(List.of(new Violation("login.password", "must have at most 72 bytes")));
        }
    }
}
