package dev.culvert.agent.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a configuration file, read member by member. A member that is not known is an error, since it is most often
 * a known one with a slip of the pen.
 *
 * @param name where in the file, e.g. {@code tunnels.ollama}; empty for the file itself
 */
record Section(String name, Map<String, @Nullable Object> members) {
    /** A value as a section; nothing is one without members. */
    static Section of(String name, @Nullable Object value) throws ConfigException {
        if (value == null) {
            return new Section(name, Map.of());
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new ConfigException(label(name) + " must be a mapping of names to values");
        }
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (Map.Entry<?, ?> member : map.entrySet()) {
            members.put(String.valueOf(member.getKey()), member.getValue());
        }
        return new Section(name, members);
    }

    private static String label(String name) {
        return name.isEmpty() ? "The file" : name;
    }

    void allowOnly(Set<String> known) throws ConfigException {
        for (String member : members.keySet()) {
            if (!known.contains(member)) {
                throw new ConfigException(
                        at(member) + " is not known here; known are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    String at(String member) {
        return name.isEmpty() ? member : name + "." + member;
    }

    boolean has(String member) {
        return members.get(member) != null;
    }

    Section section(String member) throws ConfigException {
        return of(at(member), members.get(member));
    }

    String text(String member, String otherwise) throws ConfigException {
        Object value = members.get(member);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Map || value instanceof List) {
            throw new ConfigException(at(member) + " must be a text");
        }
        return String.valueOf(value);
    }

    String text(String member) throws ConfigException {
        String value = text(member, "");
        if (value.isBlank()) {
            throw new ConfigException(at(member) + " is missing");
        }
        return value;
    }

    int number(String member, int otherwise) throws ConfigException {
        Object value = members.get(member);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Integer number) {
            return number;
        }
        throw new ConfigException(at(member) + " must be a whole number, not '" + value + "'");
    }

    boolean yes(String member) throws ConfigException {
        Object value = members.get(member);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean yes) {
            return yes;
        }
        throw new ConfigException(at(member) + " must be true or false, not '" + value + "'");
    }

    List<String> texts(String member) throws ConfigException {
        Object value = members.get(member);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items)) {
            throw new ConfigException(at(member) + " must be a list");
        }
        List<String> texts = new ArrayList<>();
        for (Object item : items) {
            texts.add(String.valueOf(item));
        }
        return List.copyOf(texts);
    }
}
