package dev.culvert.agent.connect;

import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What the agent needs of an error body (RFC 9457): its code and its sentence, empty when it is something else. */
record ProblemBody(String code, String detail) {
    private static final JsonFactory JSON = new JsonFactory();

    static ProblemBody read(InputStream body) {
        String code = "";
        String detail = "";
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new ProblemBody("", "");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && "code".equals(name)) {
                    code = parser.getString();
                } else if (value == JsonToken.VALUE_STRING && "detail".equals(name)) {
                    detail = parser.getString();
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            // Not from a service of the suite, so there is nothing in it for the user.
            return new ProblemBody(code, detail);
        }
        return new ProblemBody(code, detail);
    }
}
