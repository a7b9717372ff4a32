package dev.culvert.agent.forward;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Paths that are refused, with everything below them.
 *
 * <p>Servers read paths in different ways, so a request is compared in the form in which the most forgiving of them would
 * read it: percent-decoded until nothing is left to decode, without empty and dot segments and path parameters, in lower
 * case. What passes goes on as it came; a path is refused or left alone, never rewritten. One that is escaped more often than
 * anybody would undo is refused as well: decoding it takes time for each round.
 *
 * @param paths such as {@code /api/pull}
 */
public record BlockedPaths(List<String> paths) {
    public static final BlockedPaths NONE = new BlockedPaths(List.of());

    private static final int MAX_ROUNDS = 8;

    public BlockedPaths {
        paths = List.copyOf(paths);
        for (String path : paths) {
            if (!path.startsWith("/") || !plain(path).equals(Optional.of(path))) {
                throw new IllegalArgumentException(
                        "A blocked path is written in lower case, as in /api/pull, not '" + path + "'");
            }
        }
    }

    /** Whether a request target, as it came, leads to one of these. */
    boolean cover(String target) {
        if (paths.isEmpty()) {
            return false;
        }
        return plain(target)
                .map(asked -> paths.stream().anyMatch(path -> asked.equals(path) || asked.startsWith(path + "/")))
                .orElse(true);
    }

    /** Empty for what is escaped too often. */
    private static Optional<String> plain(String target) {
        int end = 0;
        while (end < target.length() && target.charAt(end) != '?' && target.charAt(end) != '#') {
            end++;
        }
        String path = target.substring(0, end);
        String decoded = decode(path);
        for (int round = 0; !decoded.equals(path); round++) {
            if (round == MAX_ROUNDS) {
                return Optional.empty();
            }
            path = decoded;
            decoded = decode(path);
        }
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.replace('\\', '/').split("/", -1)) {
            String name = segment.split("[;\\p{Cntrl}]", 2)[0].strip().toLowerCase(Locale.ROOT);
            if (name.equals("..")) {
                segments.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                segments.addLast(name);
            }
        }
        return Optional.of("/" + String.join("/", segments));
    }

    /** One round of percent-decoding; what is no escape stays. Each round that changes something makes the text shorter. */
    private static String decode(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        byte[] decoded = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low >= 0) {
                decoded[length++] = (byte) ((high << 4) | low);
                i += 2;
            } else {
                decoded[length++] = bytes[i];
            }
        }
        return new String(decoded, 0, length, StandardCharsets.ISO_8859_1);
    }
}
