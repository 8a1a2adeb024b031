package inspect

import (
	"strings"
	"testing"
)

func TestPlainFormula(t *testing.T) {
	for _, formula := range strings.Split(`y ~ a|t ~ a - 1|t ~ a * b + a:b|t ~ (a + b) ** 2|t ~ C(k)|t ~ C(k, Treatment('v'))
t ~ C(k, Treatment(reference='v'))|t ~ C(k, Sum)|t ~ C(k, contrast=Helmert)|t ~ C(k, levels=order)|t ~ C(k, Poly, levels=order):a
t ~ center(a) + standardize(b, ddof=1)|t ~ bs(a, df=4, degree=3, include_intercept=True)|t ~ te(cr(a, df=3), cr(b, df=3))
np.log(t + 1) ~ np.sqrt(np.abs(a))|t ~ I(a > 0.5)|t ~ I(a == b)|t ~ I(a / b) + np.tanh(c)|t ~ I((a - .5) ** 2)
t ~ Q('a b') + Q("c")|t ~ np.power(a, 1.5e3)|größe ~ höhe|t ~ I(a != b)|t ~ I(a <= 2) % 3|t ~ (C(k))|`, "|") {
		for _, one := range strings.Split(formula, "\n") {
			if !plainFormula(one) {
				t.Errorf("%q is no plain formula", one)
			}
		}
	}
	for _, formula := range strings.Split(`t ~ f(a)|t ~ C(f(a))|t ~ C(a).b|t ~ C(a) (b)|t ~ C(a)(b)|t ~ a[0]|t ~ {a}|t ~ np.load('x')|t ~ np.load|t ~ C(np.load)|t ~ np.testing
t ~ C(k, breakpoint)|t ~ C(k, (breakpoint))|t ~ C(k, contrast=breakpoint)|t ~ C(contrast=breakpoint)|t ~ C(*k)|t ~ C(k, *k)|t ~ C(k, **k)
t ~ C(k, Treatment and breakpoint)|t ~ C(k, Treatment() or breakpoint)|t ~ C(k, Sum if 0 else breakpoint)|t ~ I(C := f)|t ~ I(C(x) for C in y)
t ~ I(lambda C: C(x))|t ~ f'{x}'|t ~ I(f"{x}")|t ~ I(not f'{x}')|t ~ 'x'.join|t ~ 'x'(y)|t ~ 1(y)|t ~ 1..real|t ~ a.b|t ~ .a|t ~ I('''x''')|t ~ I('\x41')
t ~ I(a|t ~ a)|t ~ )(|t ~ ＣＣ(a)|t ~ ｎｐ.load(a)|t ~ Q('eval')('x')|t ~ I(Q)('x')|t ~ np.vectorize(a)|t ~ np.where(a)|t ~ I(await a)|t ~ a # b|t ~ a; b|t ~ I(a)`+"`b`", "|") {
		for _, one := range strings.Split(formula, "\n") {
			if plainFormula(one) {
				t.Errorf("%q is a plain formula", one)
			}
		}
	}
}
