package dev.culvert.gateway.usage;

import dev.culvert.gateway.call.Destination;
import dev.culvert.gateway.call.Plane;

/**
 * Which endpoint a path belongs to, in a form that equal operations share: on API routes segments that name a thing become
 * {@code {id}}, elsewhere it is the route's template. A segment names a thing unless it reads as a word of an address does:
 * small letters and hyphens, or a version such as {@code v1}.
 */
final class Endpoint {
    private static final int LONGEST = 200;
    private static final String THING = "{id}";

    private Endpoint() {}

    static String of(Destination destination, String path) {
        if (destination.plane() != Plane.API || path.length() > LONGEST) {
            return destination.route();
        }
        StringBuilder template = null; // most paths stay as they are
        for (int start = 1; start <= path.length(); ) {
            int end = path.indexOf('/', start);
            end = end < 0 ? path.length() : end;
            if (!isWord(path, start, end)) {
                template = template == null ? new StringBuilder(path.substring(0, start)) : template;
                template.append(THING);
            } else if (template != null) {
                template.append(path, start, end);
            }
            if (template != null && end < path.length()) {
                template.append('/');
            }
            start = end + 1;
        }
        return template == null ? path : template.toString();
    }

    private static boolean isWord(String path, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = path.charAt(i);
            boolean version = i == end - 1 && i == start + 1 && path.charAt(start) == 'v' && c >= '0' && c <= '9';
            if (!(c >= 'a' && c <= 'z') && c != '-' && !version) {
                return false;
            }
        }
        return true;
    }
}
