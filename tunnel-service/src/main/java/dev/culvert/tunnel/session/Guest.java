package dev.culvert.tunnel.session;

import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.util.Optional;
import java.util.UUID;

/**
 * Somebody who uses a tunnel that is not their own.
 *
 * @param caller who it is; a visitor without account acts in the owner's name, with nothing but the right to use tunnels
 * @param address where the call comes from
 * @param agent its {@code User-Agent}, empty when it sent none
 */
public record Guest(Caller caller, Resolution.Found found, String address, String agent) {
    /** Whose account it is; empty for a visitor without one. */
    public Optional<UUID> account() {
        return Optional.of(caller.userId()).filter(user -> !user.equals(found.ownerId()));
    }
}
