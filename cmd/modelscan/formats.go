package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"modelscan/inspect"
)

func newFormats() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "formats",
		Short: "List the formats that are read, and how deep",
		Long: `List the formats that are known: those of models and of containers, with what is
read of them; compressions; and those that are only told for what they are: a
known one that is not read is incomplete, what holds no model is passed over in
a folder.`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := formatList(format)
			if err != nil {
				return err
			}
			return print(cmd, text)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table or json")
	return cmd
}

func formatList(format string) (string, error) {
	var out bytes.Buffer
	switch format {
	case "json":
		type row struct {
			Name string `json:"name"`
			Kind string `json:"kind"`
			Doc  string `json:"doc"`
		}
		var rows []row
		for _, f := range inspect.Formats() {
			rows = append(rows, row(f))
		}
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(rows); err != nil {
			return "", err
		}
	case "table":
		w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		for _, f := range inspect.Formats() {
			fmt.Fprintf(w, "%s\t%s\t%s\n", f.Kind, f.Name, f.Doc)
		}
		if err := w.Flush(); err != nil {
			return "", err
		}
	default:
		return "", fmt.Errorf("no format %q of this list: table or json", format)
	}
	return out.String(), nil
}
