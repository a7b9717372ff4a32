package dev.culvert.gateway.call;

import dev.culvert.platform.outbound.AddressRange;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What the owner of an API key laid down for its use.
 *
 * @param version counts the changes of these terms
 * @param allowedNetworks where the key may be used from; empty means from everywhere
 * @param limits how many calls the key may make
 */
public record KeyTerms(int version, List<AddressRange> allowedNetworks, Limits limits) {

    /** Calls in a minute, hour, day and month; a limit that is not there does not bind. */
    public record Limits(
            Optional<Integer> minute, Optional<Integer> hour, Optional<Integer> day, Optional<Integer> month) {
        public static final Limits NONE =
                new Limits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public KeyTerms {
        allowedNetworks = List.copyOf(allowedNetworks);
    }

    /** Whether the key may be used from an address in textual form. */
    public boolean allow(String address) {
        if (allowedNetworks.isEmpty()) {
            return true;
        }
        InetAddress client = InetAddress.ofLiteral(address);
        return allowedNetworks.stream().anyMatch(network -> network.contains(client));
    }
}
