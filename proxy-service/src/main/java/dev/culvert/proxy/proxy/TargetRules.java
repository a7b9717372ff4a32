package dev.culvert.proxy.proxy;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.outbound.AddressGuard;
import dev.culvert.platform.outbound.OutboundUrl;
import dev.culvert.platform.outbound.RefusedAddressException;
import dev.culvert.platform.problem.ProblemException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/**
 * What an address must be like to become a target. A numeric host is checked here, so that its owner hears of it at once; what
 * a name stands for is checked at each connection.
 */
@Component
class TargetRules {
    private static final Pattern NUMERIC_HOST = Pattern.compile("[0-9.]+|.*:.*");

    private final AddressGuard guard;

    TargetRules(AddressGuard guard) {
        this.guard = guard;
    }

    /** Refuses the request with one violation for each target that is not right. */
    void check(List<Target> targets) {
        List<Violation> violations = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i) instanceof Target.Url url) {
                String field = "targets[" + i + "].url";
                wrongWith(url.url()).ifPresent(reason -> violations.add(new Violation(field, reason)));
            }
        }
        if (!violations.isEmpty()) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Some targets cannot be used.")
                    .withViolations(violations);
        }
    }

    private Optional<String> wrongWith(String url) {
        try {
            OutboundUrl address = OutboundUrl.parse(url);
            if (address.uri().getRawQuery() != null) {
                return Optional.of("must have no query: the request's own is sent");
            }
            if (NUMERIC_HOST.matcher(address.host()).matches()) {
                guard.check(InetAddress.getByName(address.host()), address.port());
            }
            return Optional.empty();
        } catch (ProblemException refused) {
            return Optional.of(refused.detail());
        } catch (RefusedAddressException | UnknownHostException _) {
            return Optional.of("must not be a private, local or otherwise special address");
        }
    }
}
