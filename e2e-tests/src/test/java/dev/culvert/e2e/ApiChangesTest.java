package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ApiChangesTest {
    private static final String API = """
            {'paths': {
              '/api/v1/things': {
                'get': {
                  'parameters': [{'name': 'limit', 'in': 'query', 'required': false}],
                  'responses': {'200': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Page'}}}}}},
                'post': {
                  'requestBody': {'required': false, 'content': {'application/json': {'schema': {'$ref': '#/components/schemas/New'}}}},
                  'responses': {'201': {'description': 'made'}}}},
              '/health': {'get': {'responses': {'200': {'description': 'well'}}}}},
            'components': {'schemas': {
              'Page': {'type': 'object', 'properties': {
                'items': {'type': 'array', 'items': {'$ref': '#/components/schemas/Thing'}}, 'total': {'type': 'integer'}}},
              'Thing': {'type': 'object', 'properties': {
                'name': {'type': 'string'}, 'parent': {'$ref': '#/components/schemas/Thing'}}},
              'New': {'type': 'object', 'required': ['name'], 'properties': {
                'name': {'type': 'string'}, 'colour': {'type': 'string', 'enum': ['red', 'blue']}}}}}}
            """;

    @Test
    void sameDescriptionBreaksNothing() {
        assertThat(changes(API)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'get': {                  |'was': {                  | get /api/v1/things is gone",
                "/api/v1/things                |/api/v2/things                | get /api/v1/things is gone",
                "'query', 'required': false|'query', 'required': true| get /api/v1/things needs the parameter query limit",
                "'requestBody': {'required': false|'requestBody': {'required': true| post /api/v1/things needs a body",
                "'201'                     |'202'                     | post /api/v1/things no longer answers 201",
                "'total': {'type': 'integer'}|'count': {'type': 'integer'}| get /api/v1/things 200.total is gone",
                "'total': {'type': 'integer'}|'total': {'type': 'string'}| get /api/v1/things 200.total is no longer [integer] but [string]",
                "'name': {'type': 'string'}, 'parent'|'title': {'type': 'string'}, 'parent'| get /api/v1/things 200.items[].name is gone",
                "['name']                  |['name', 'colour']    | post /api/v1/things body needs colour",
                "['red', 'blue']       |['red']                   | post /api/v1/things body.colour no longer takes blue"
            })
    void tellsWhatIsTakenFromCallers(String was, String is, String change) {
        assertThat(API).contains(was.strip());

        assertThat(changes(API.replace(was.strip(), is.strip()))).contains(change);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'total': {'type': 'integer'}|'total': {'type': 'integer'}, 'more': {'type': 'boolean'}",
                "['red', 'blue']       |['red', 'blue', 'green']",
                "'required': ['name'], |'x': 1,",
                "/health                       |/well"
            })
    void additionsAndOtherAddressesTakeNothing(String was, String is) {
        assertThat(API).contains(was.strip());

        assertThat(changes(API.replace(was.strip(), is.strip()))).isEmpty();
    }

    @Test
    void sayingThatAnAnswerIsJsonTakesNothing() {
        String page = "application/json': {'schema': {'$ref': '#/components/schemas/Page'";
        assertThat(API).contains(page);

        assertThat(ApiChanges.breaking(read(API.replace(page, page.replace("application/json", "*/*"))), read(API)))
                .isEmpty();
    }

    private static List<String> changes(String now) {
        return ApiChanges.breaking(read(API), read(now));
    }

    private static JsonNode read(String json) {
        return JsonMapper.shared().readTree(json.replace('\'', '"'));
    }
}
