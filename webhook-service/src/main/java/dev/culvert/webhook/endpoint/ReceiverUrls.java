package dev.culvert.webhook.endpoint;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.outbound.AddressGuard;
import dev.culvert.platform.outbound.OutboundUrl;
import dev.culvert.platform.outbound.RefusedAddressException;
import dev.culvert.platform.problem.ProblemException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Refuses addresses that webhooks must not be sent to (requirement R10.1): such that lead into private networks, and
 * unencrypted ones, unless the operator has listed them in {@code OUTBOUND_ALLOWED}. A name can lead elsewhere later, so
 * the address is checked again at each send, where it is connected to.
 */
@Component
class ReceiverUrls {
    private final AddressGuard guard;

    ReceiverUrls(AddressGuard guard) {
        this.guard = guard;
    }

    /**
     * Looks the host up, so not to be called inside a transaction.
     *
     * @throws ProblemException {@code VALIDATION_ERROR} when the address must not be sent to
     */
    void requireAllowed(String text) {
        OutboundUrl url = parse(text);
        List<InetSocketAddress> addresses = addressesOf(url);
        if (!url.secure() && !addresses.stream().allMatch(this::isListed)) {
            throw refused("must start with https://");
        }
    }

    private static OutboundUrl parse(String text) {
        try {
            return OutboundUrl.parse(text);
        } catch (ProblemException e) {
            throw refused(e.detail());
        }
    }

    private List<InetSocketAddress> addressesOf(OutboundUrl url) {
        try {
            return guard.resolve(url.host(), url.port());
        } catch (RefusedAddressException e) {
            throw refused("leads to an address that is not a public one");
        } catch (UnknownHostException e) {
            throw refused("names a host that is not known");
        }
    }

    private boolean isListed(InetSocketAddress address) {
        return guard.isAllowed(address.getAddress(), address.getPort());
    }

    private static ProblemException refused(String reason) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, "Webhooks cannot be sent to this address.")
                .withViolations(List.of(new Violation("url", reason)));
    }
}
