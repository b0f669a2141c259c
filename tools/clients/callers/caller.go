// Calls the service with the client that openapi-generator makes for Go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	generated "example.org/prompt-or-tune/client"
)

const (
	asOf       = "2026-11-23"
	tuned      = "fine_tune"
	breakEvens = 12
)

var requests, answers string

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func read(name string, into any) {
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(requests, name+".json"))), into); err != nil {
		panic(err)
	}
}

func write(name string, value any) {
	if err := os.WriteFile(filepath.Join(answers, name+".json"), must(json.Marshal(value)), 0o644); err != nil {
		panic(err)
	}
}

// keep writes a file as the client gives it.
func keep(name string, file *os.File, err error) {
	content := must(io.ReadAll(must(file, err)))
	if err := os.WriteFile(filepath.Join(answers, name), content, 0o644); err != nil {
		panic(err)
	}
}

func assess(client *generated.APIClient, body generated.AssessmentRequest) (*generated.Assessment, error) {
	answer, _, err := client.AssessmentsAPI.CreateAssessment(context.Background()).AssessmentRequest(body).Execute()
	return answer, err
}

// expect panics where the verdict, the plan, the first fine-tune or the frontier are not those of the raw answer.
func expect(example *generated.Assessment) {
	var raw struct {
		Verdict struct{ Headline, Action string }
		Plan    struct {
			Steps []struct{ Step string }
		}
		Options []struct {
			ID       string
			Npv      struct{ Mean float64 }
			Training struct {
				BuildCost float64 `json:"build_cost"`
			}
		}
		BreakEven struct {
			Items []struct {
				Segments []struct{ Option string }
			}
		} `json:"break_even"`
	}
	read("raw/example", &raw)
	place := slices.IndexFunc(example.Options, func(option generated.OptionAnswer) bool { return option.Kind == tuned })
	option, expected := example.Options[place], raw.Options[place]
	npv := option.Npv.Mean.Get()
	if example.Verdict.Headline == "" || example.Verdict.Headline != raw.Verdict.Headline ||
		example.Verdict.Action != raw.Verdict.Action || example.Plan.Steps[0].Step != raw.Plan.Steps[0].Step ||
		option.Id != expected.ID || npv == nil || *npv != expected.Npv.Mean ||
		option.Training.BuildCost != expected.Training.BuildCost || len(example.BreakEven.Items) != breakEvens {
		panic(fmt.Sprint("not what was asked for: ", example.Verdict, example.Plan))
	}
	for at, item := range example.BreakEven.Items {
		segments := raw.BreakEven.Items[at].Segments
		if len(item.Segments) == 0 || len(item.Segments) != len(segments) {
			panic(fmt.Sprint("not the segments that were asked for: ", item))
		}
		for place, segment := range item.Segments {
			if segment.Option == "" || segment.Option != segments[place].Option {
				panic(fmt.Sprint("not the options that were asked for: ", item))
			}
		}
	}
}

func provoke(client *generated.APIClient) generated.Problem {
	var body generated.AssessmentRequest
	read("misspelt", &body)
	_, err := assess(client, body)
	var refused *generated.GenericOpenAPIError
	if !errors.As(err, &refused) {
		panic(fmt.Sprint("a misspelt base model was accepted, or failed otherwise: ", err))
	}
	return refused.Model().(generated.Problem)
}

// untyped returns the places below a type whose type says nothing.
func untyped(noun reflect.Type, place string, seen map[reflect.Type]bool) []string {
	switch noun.Kind() {
	case reflect.Pointer:
		return untyped(noun.Elem(), place, seen)
	case reflect.Slice:
		return untyped(noun.Elem(), place+"/*", seen)
	case reflect.String, reflect.Bool, reflect.Float64, reflect.Float32, reflect.Int32, reflect.Int64:
		return nil
	case reflect.Struct:
		if seen[noun] || strings.HasPrefix(noun.Name(), "Nullable") {
			return nil
		}
		seen[noun] = true
		var found []string
		for i := range noun.NumField() {
			if field := noun.Field(i); field.Name != "AdditionalProperties" {
				found = append(found, untyped(field.Type, place+"/"+field.Name, seen)...)
			}
		}
		return found
	default:
		return []string{place + ": " + noun.String()}
	}
}

// surplus returns the places below a decoded value with fields that its type does not name.
func surplus(value reflect.Value, place string) []string {
	var found []string
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			return surplus(value.Elem(), place)
		}
	case reflect.Slice:
		for i := range value.Len() {
			found = append(found, surplus(value.Index(i), fmt.Sprint(place, "/", i))...)
		}
	case reflect.Map:
		if value.Len() > 0 {
			return []string{place + ": not in the type"}
		}
	case reflect.Struct:
		for i := range value.NumField() {
			found = append(found, surplus(value.Field(i), place+"/"+value.Type().Field(i).Name)...)
		}
	}
	return found
}

func main() {
	requests, answers = os.Args[2], os.Args[3]
	configuration := generated.NewConfiguration()
	configuration.Servers = generated.ServerConfigurations{{URL: os.Args[1]}}
	client := generated.NewAPIClient(configuration)

	var body, whole generated.AssessmentRequest
	read("example", &body)
	read("everything", &whole)
	body.Volume.RequestsPerMonth = generated.VolumeRangeAsVolumeEstimate(generated.NewVolumeRange(350000, 480000))
	example := must(assess(client, body))
	expect(example)
	background := context.Background()
	model, _, err := client.CatalogueAPI.GetModel(background, "openai", "gpt-4.1-mini").AsOf(asOf).Execute()
	must(model, err)
	assumptions, _, err := client.CatalogueAPI.ListAssumptions(background).AsOf(asOf).Execute()
	must(assumptions, err)

	assessments := client.AssessmentsAPI
	cashFlow, _, err := assessments.RenderCashFlow(background).AssessmentRequest(body).Shape("long").Execute()
	keep("cash_flow.csv", cashFlow, err)
	workbook, _, err := assessments.RenderWorkbook(background).AssessmentRequest(body).Execute()
	keep("workbook.xlsx", workbook, err)
	memo, _, err := assessments.RenderMemo(background).AssessmentRequest(body).Execute()
	keep("memo.html", memo, err)

	faults := []string{}
	for name, value := range map[string]any{
		"example": example, "everything": must(assess(client, whole)), "model": model, "assumptions": assumptions,
		"problem": provoke(client),
	} {
		write(name, value)
		faults = append(faults, untyped(reflect.TypeOf(value), name, map[reflect.Type]bool{})...)
		faults = append(faults, surplus(reflect.ValueOf(value), name)...)
	}
	write("untyped", faults)
}
