package dev.culvert.agent.config;

import dev.culvert.agent.forward.Target;
import java.util.List;
import java.util.Locale;

/**
 * The only places a tunnel may lead to, as the local user wrote them: {@code host:port} or {@code host:*}. Without any, the
 * tunnels' own targets are the list. A server has no way to add to either.
 */
public record AllowedTargets(List<String> places) {
    public AllowedTargets {
        places = List.copyOf(places);
        for (String place : places) {
            int colon = place.lastIndexOf(':');
            String port = colon < 0 ? "" : place.substring(colon + 1);
            if (colon < 1 || !(port.equals("*") || port.matches("[0-9]{1,5}"))) {
                throw new IllegalArgumentException(
                        "an allowed place is host:port or host:*, e.g. 127.0.0.1:11434, not '" + place + "'");
            }
        }
    }

    boolean allow(Target target) {
        String host =
                (target.host().indexOf(':') < 0 ? target.host() : "[" + target.host() + "]").toLowerCase(Locale.ROOT);
        return places.isEmpty()
                || places.stream()
                        .map(place -> place.toLowerCase(Locale.ROOT))
                        .anyMatch(place -> place.equals(host + ":" + target.port()) || place.equals(host + ":*"));
    }
}
