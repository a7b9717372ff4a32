package dev.culvert.gateway.routing;

/**
 * Whether a path is in the one form that gateway and services read alike. Two parties that decode a path differently can
 * be made to disagree on where it leads, so what could hide a segment border or a step upwards is refused, not repaired.
 */
final class PathForm {
    private PathForm() {}

    /**
     * Looks at a raw (still encoded) path.
     *
     * @param foreign the path continues into an application of somebody else, which may use encoded and empty segments
     *     behind the first two ({@code /t/{name}}); steps upwards are refused there too
     */
    static boolean isNormal(String path, boolean foreign) {
        int strictUntil = foreign ? endOfSecondSegment(path) : path.length();
        int segmentStart = 1;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '/' && i > 0) {
                if (isDots(path, segmentStart, i) || (i == segmentStart && i <= strictUntil)) {
                    return false;
                }
                segmentStart = i + 1;
            } else if (c == '\\' || (c == '%' && !isSafeEscape(path, i, i < strictUntil))) {
                return false;
            } else if (c == ';' && i < strictUntil) {
                return false;
            }
        }
        return path.startsWith("/") && !isDots(path, segmentStart, path.length());
    }

    private static int endOfSecondSegment(String path) {
        int first = path.indexOf('/', 1);
        int second = first < 0 ? -1 : path.indexOf('/', first + 1);
        return second < 0 ? path.length() : second;
    }

    /** Whether the segment is {@code .} or {@code ..}, in any encoding. */
    private static boolean isDots(String path, int start, int end) {
        int dots = 0;
        for (int i = start; i < end; ) {
            if (path.charAt(i) == '.') {
                i++;
            } else if (path.regionMatches(true, i, "%2e", 0, 3)) {
                i += 3;
            } else {
                return false;
            }
            dots++;
        }
        return dots == 1 || dots == 2;
    }

    /** Never control characters; in the strict part neither {@code / \ . % ;}, which a second decoding would bring alive. */
    private static boolean isSafeEscape(String path, int at, boolean strict) {
        if (at + 2 >= path.length()) {
            return false;
        }
        int high = Character.digit(path.charAt(at + 1), 16);
        int low = Character.digit(path.charAt(at + 2), 16);
        if (high < 0 || low < 0) {
            return false;
        }
        int decoded = high * 16 + low;
        boolean control = decoded < 0x20 || decoded == 0x7f;
        return !control && !(strict && "/\\.%;".indexOf(decoded) >= 0);
    }
}
