package inspect

import (
	"context"
	"path/filepath"
	"testing"
)

func BenchmarkFile(b *testing.B) {
	for _, name := range []string{
		"models/pickle/sklearn-1.9.1-pipeline.pkl", "models/pickle/sklearn-1.5.2-forest.pkl",
		"models/joblib/joblib-1.6.0-zlib.joblib", "models/joblib/sklearn-1.9.1-columns.joblib",
	} {
		files, _ := filepath.Glob(filepath.Join(testdata, name))
		if len(files) == 0 {
			continue
		}
		b.Run(filepath.Base(name), func(b *testing.B) {
			var in Inspector
			b.ReportAllocs()
			for b.Loop() {
				if _, err := in.File(context.Background(), files[0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
