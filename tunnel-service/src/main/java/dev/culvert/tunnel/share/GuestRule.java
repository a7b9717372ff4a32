package dev.culvert.tunnel.share;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.Standing;
import org.springframework.stereotype.Component;

/** Tunnels stay inside their tenant unless that allows guests from outside (requirement X-23). */
@Component
class GuestRule {
    private final People people;

    GuestRule(People people) {
        this.people = people;
    }

    /** Refuses a grantee of another tenant where the tunnel's does not want any. */
    void require(Standing tunnel, Grantee grantee) {
        if (!grantee.tenantId().equals(tunnel.tenantId())) {
            requireOutsiders(tunnel);
        }
    }

    /** Refuses what lets in anybody, where the tunnel's tenant wants nobody from outside. */
    void requireOutsiders(Standing tunnel) {
        if (!people.allowsOutsideGuests(tunnel.tenantId())) {
            throw new ProblemException(
                    ProblemCode.FORBIDDEN, "Your organisation shares tunnels among its own members only.");
        }
    }
}
