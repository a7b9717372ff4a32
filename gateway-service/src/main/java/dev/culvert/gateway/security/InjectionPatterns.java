package dev.culvert.gateway.security;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Patterns of SQL injection. They look for what leaves a quoted value or goes on behind it, not for an apostrophe alone: names
 * and prose have those too.
 */
final class InjectionPatterns {
    /** Longer texts are looked at up to here: an attack needs no more, and the look shall stay cheap. */
    private static final int LONGEST = 8 * 1024;

    private static final List<Pattern> PATTERNS = List.of(
            pattern("['\"]\\s*(or|and)\\s+['\"(]?\\w+['\"]?\\s*(=|<|>|like\\b)"),
            pattern("\\b(or|and)\\s+(\\d+)\\s*=\\s*\\2\\b"),
            pattern("\\bunion\\s+(all\\s+)?select\\b"),
            pattern("['\"\\d)]\\s*;\\s*(drop|alter|truncate|create)\\s+(table|database|schema|user|role)\\b"),
            pattern("['\"\\d)]\\s*;\\s*(delete\\s+from|insert\\s+into|update\\s+\\w+\\s+set|select\\s)"),
            pattern("'\\s*(--|#|/\\*)"),
            pattern("\\b(pg_sleep|sleep|benchmark)\\s*\\(\\s*\\d"),
            pattern("\\bwaitfor\\s+delay\\s+'"),
            pattern("\\bfrom\\s+information_schema\\b"));

    private InjectionPatterns() {}

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }

    /** Looks at a raw path or query. */
    static boolean inAddress(String raw) {
        if (raw.indexOf('\'') < 0 && raw.indexOf('%') < 0 && raw.indexOf('+') < 0) {
            return false; // nothing in it that could part words or leave a value
        }
        try {
            return inText(URLDecoder.decode(raw, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException brokenEscape) {
            return inText(raw);
        }
    }

    static boolean inText(String text) {
        if (!hasQuoteOrSpace(text)) {
            return false;
        }
        String looked = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        return PATTERNS.stream().anyMatch(pattern -> pattern.matcher(looked).find());
    }

    private static boolean hasQuoteOrSpace(String text) {
        return text.indexOf('\'') >= 0 || text.indexOf(' ') >= 0 || text.indexOf('(') >= 0;
    }
}
