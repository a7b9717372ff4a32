package dev.culvert.platform.logging;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object on one line (RFC 8259), built as it is said: a line of the access log is written for each request, and a
 * general writer costs several times as much.
 */
final class JsonLine {
    private static final HexFormat HEX = HexFormat.of();
    private static final char FIRST_PRINTABLE = ' ';
    private static final char DELETE = 0x7f;
    private static final char LAST_CONTROL = 0x9f;

    private final StringBuilder json;

    /** @param length it is likely to have */
    JsonLine(int length) {
        json = new StringBuilder(length).append('{');
    }

    void text(String name, @Nullable String value) {
        name(name);
        if (value == null) {
            json.append("null");
        } else {
            quoted(value);
        }
    }

    void textUnlessEmpty(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            text(name, value);
        }
    }

    /** Numbers and truth values stay themselves; anything else is its text, so that no object is taken apart. */
    void value(String name, Object value) {
        boolean plain =
                value instanceof Boolean || (value instanceof Number number && Double.isFinite(number.doubleValue()));
        if (plain) {
            name(name);
            json.append(value);
        } else {
            text(name, String.valueOf(value));
        }
    }

    /** What follows, up to {@link #end}, belongs to an object of this name. */
    void begin(String name) {
        name(name);
        json.append('{');
    }

    void end() {
        json.append('}');
    }

    /** The object, with the end of the line. */
    String finish() {
        return json.append("}\n").toString();
    }

    private void name(String name) {
        if (json.charAt(json.length() - 1) != '{') {
            json.append(',');
        }
        quoted(name);
        json.append(':');
    }

    private void quoted(String text) {
        json.append('"');
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || c < FIRST_PRINTABLE || (c >= DELETE && c <= LAST_CONTROL)) {
                json.append(text, written, i);
                escaped(c);
                written = i + 1;
            }
        }
        json.append(text, written, text.length()).append('"');
    }

    private void escaped(char c) {
        switch (c) {
            case '"', '\\' -> json.append('\\').append(c);
            case '\n' -> json.append("\\n");
            case '\r' -> json.append("\\r");
            case '\t' -> json.append("\\t");
            default -> json.append("\\u").append(HEX.toHexDigits(c));
        }
    }
}
