package dev.culvert.auth.apikey;

import dev.culvert.platform.outbound.AddressRange;
import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an owner says about a key and may change as long as it lives.
 *
 * @param allowedNetworks in CIDR notation; empty means from everywhere
 * @param expiresAt none means it stays valid until revoked
 */
record KeyTerms(
        String name,
        String description,
        Set<String> scopes,
        List<String> allowedNetworks,
        KeyLimits limits,
        Optional<Instant> expiresAt) {
    KeyTerms {
        scopes = Set.copyOf(scopes);
        allowedNetworks = List.copyOf(allowedNetworks);
    }

    KeyTerms withExpiry(Optional<Instant> end) {
        return new KeyTerms(name, description, scopes, allowedNetworks, limits, end);
    }

    /** Whether the key may be used from an address in textual form. */
    boolean allow(String address) {
        if (allowedNetworks.isEmpty()) {
            return true;
        }
        InetAddress client = InetAddress.ofLiteral(address);
        return allowedNetworks.stream().map(AddressRange::parse).anyMatch(network -> network.contains(client));
    }

    /** Fields, as requests name them, in which other terms differ. */
    Set<String> changesIn(KeyTerms other) {
        Set<String> changed = new LinkedHashSet<>();
        if (!name.equals(other.name)) {
            changed.add("name");
        }
        if (!description.equals(other.description)) {
            changed.add("description");
        }
        if (!scopes.equals(other.scopes)) {
            changed.add("scopes");
        }
        if (!allowedNetworks.equals(other.allowedNetworks)) {
            changed.add("allowedNetworks");
        }
        if (limits.minute() != other.limits.minute()) {
            changed.add("rateLimit");
        }
        if (!limits.equals(
                new KeyLimits(limits.minute(), other.limits.hour(), other.limits.day(), other.limits.month()))) {
            changed.add("limits");
        }
        if (!expiresAt.equals(other.expiresAt)) {
            changed.add("expiresAt");
        }
        return changed;
    }
}
