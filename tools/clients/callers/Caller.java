import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AssessmentsApi;
import org.openapitools.client.api.CatalogueApi;
import org.openapitools.client.model.Assessment;
import org.openapitools.client.model.AssessmentRequest;
import org.openapitools.client.model.BreakEvenItem;
import org.openapitools.client.model.OptionAnswer;
import org.openapitools.client.model.Problem;
import org.openapitools.client.model.SegmentAnswer;
import org.openapitools.client.model.VolumeEstimate;
import org.openapitools.client.model.VolumeRange;

/** Calls the service with the client that openapi-generator makes for Java's own HTTP client. */
public final class Caller {
  private static final LocalDate AS_OF = LocalDate.of(2026, 11, 23);
  private static final String TUNED = "fine_tune";
  private static final int BREAK_EVENS = 12;
  private static final Set<Class<?>> PLAIN =
      Set.of(String.class, Double.class, Integer.class, Long.class, Boolean.class, LocalDate.class);

  private final ObjectMapper mapper = ApiClient.createDefaultObjectMapper();
  private final Path requests;
  private final Path answers;
  private final AssessmentsApi assessments;
  private final CatalogueApi catalogue;

  private Caller(String address, Path requests, Path answers) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(address);
    this.requests = requests;
    this.answers = answers;
    this.assessments = new AssessmentsApi(client);
    this.catalogue = new CatalogueApi(client);
  }

  private AssessmentRequest read(String name) throws IOException {
    return mapper.readValue(requests.resolve(name + ".json").toFile(), AssessmentRequest.class);
  }

  private Assessment assess(AssessmentRequest body) throws ApiException {
    return assessments.createAssessment(body, null, null, null);
  }

  private Problem provoke() throws IOException {
    try {
      assess(read("misspelt"));
    } catch (ApiException error) {
      if (error.getCode() == 422) {
        return mapper.readValue(error.getResponseBody(), Problem.class);
      }
      throw new IllegalStateException(error);
    }
    throw new IllegalStateException("a misspelt base model was accepted");
  }

  private static void untyped(Type type, String place, Set<Type> seen, List<String> faults) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      untyped(list.getActualTypeArguments()[0], place + "/*", seen, faults);
    } else if (!(type instanceof Class<?> noun)) {
      faults.add(place + ": " + type);
    } else if (!PLAIN.contains(noun) && seen.add(noun)) {
      if (!noun.getName().startsWith("org.openapitools.client.model.")) {
        faults.add(place + ": " + type);
        return;
      }
      for (Method method : noun.getDeclaredMethods()) {
        if (method.getName().startsWith("get") && method.getParameterCount() == 0) {
          untyped(method.getGenericReturnType(), place + "/" + method.getName(), seen, faults);
        }
      }
    }
  }

  private static void expectFrontier(List<BreakEvenItem> items, JsonNode raw) {
    for (int at = 0; at < items.size(); at++) {
      List<SegmentAnswer> segments = items.get(at).getSegments();
      JsonNode expected = raw.at("/" + at + "/segments");
      boolean isAsked = !segments.isEmpty() && segments.size() == expected.size();
      for (int place = 0; isAsked && place < segments.size(); place++) {
        String option = segments.get(place).getOption();
        isAsked = !option.isEmpty() && option.equals(expected.at("/" + place + "/option").asText());
      }
      if (!isAsked) {
        throw new IllegalStateException("not the segments that were asked for: " + items.get(at));
      }
    }
  }

  private void keep(String name, File file) throws IOException {
    Files.copy(file.toPath(), answers.resolve(name));
  }

  private void call() throws IOException, ApiException {
    AssessmentRequest body = read("example");
    body.getVolume().setRequestsPerMonth(new VolumeEstimate(new VolumeRange().low(350000.0).high(480000.0)));
    Assessment example = assess(body);
    JsonNode raw = mapper.readTree(requests.resolve("raw/example.json").toFile());
    OptionAnswer tuned =
        example.getOptions().stream().filter(option -> option.getKind().equals(TUNED)).findFirst().orElseThrow();
    JsonNode expected = raw.at("/options/" + example.getOptions().indexOf(tuned));
    if (example.getVerdict().getHeadline().isEmpty()
        || !example.getVerdict().getHeadline().equals(raw.at("/verdict/headline").asText())
        || !example.getVerdict().getAction().equals(raw.at("/verdict/action").asText())
        || !example.getPlan().getSteps().get(0).getStep().equals(raw.at("/plan/steps/0/step").asText())
        || !tuned.getId().equals(expected.at("/id").asText())
        || tuned.getNpv().getMean() != expected.at("/npv/mean").asDouble(Double.NaN)
        || tuned.getTraining().getBuildCost() != expected.at("/training/build_cost").asDouble(Double.NaN)
        || example.getBreakEven().getItems().size() != BREAK_EVENS) {
      throw new IllegalStateException("not what was asked for: " + example.getVerdict() + example.getPlan());
    }
    expectFrontier(example.getBreakEven().getItems(), raw.at("/break_even/items"));
    keep("cash_flow.csv", assessments.renderCashFlow(body, "long", null, null, null, null));
    keep("workbook.xlsx", assessments.renderWorkbook(body, null, null, null));
    keep("memo.html", assessments.renderMemo(body, null, null, null));
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("example", example);
    found.put("everything", assess(read("everything")));
    found.put("model", catalogue.getModel("openai", "gpt-4.1-mini", AS_OF, null, null, null));
    found.put("assumptions", catalogue.listAssumptions(AS_OF, null, null, null));
    found.put("problem", provoke());
    List<String> faults = new ArrayList<>();
    for (Map.Entry<String, Object> answer : found.entrySet()) {
      mapper.writeValue(answers.resolve(answer.getKey() + ".json").toFile(), answer.getValue());
      untyped(answer.getValue().getClass(), answer.getKey(), new HashSet<>(), faults);
    }
    Files.writeString(answers.resolve("untyped.json"), mapper.writeValueAsString(faults));
  }

  /** Takes the service's address, the folder of requests and the folder of answers. */
  public static void main(String[] arguments) throws IOException, ApiException {
    new Caller(arguments[0], Path.of(arguments[1]), Path.of(arguments[2])).call();
  }
}
