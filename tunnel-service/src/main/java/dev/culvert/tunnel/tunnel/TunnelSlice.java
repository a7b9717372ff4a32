package dev.culvert.tunnel.tunnel;

import java.util.List;
import java.util.Optional;

/**
 * Some tunnels of a list.
 *
 * @param nextCursor where the next ones begin; absent behind the last
 */
record TunnelSlice(List<TunnelResponse> items, Optional<String> nextCursor) {
    TunnelSlice {
        items = List.copyOf(items);
    }
}
