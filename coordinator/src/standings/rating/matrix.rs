//! Symmetric positive definite matrices: factor, solve, invert. A few hundred rows.
#![expect(clippy::indexing_slicing, reason = "all indices run below the size that the constructor allocated")]

/// A symmetric matrix; only the lower triangle, the diagonal included, is looked at.
pub(super) struct Symmetric {
    size: usize,
    rows: Vec<Vec<f64>>,
}

/// The lower triangular L of A = L Lᵀ.
pub(super) struct Cholesky {
    size: usize,
    rows: Vec<Vec<f64>>,
}

impl Symmetric {
    /// All zeros.
    pub(super) fn zeros(size: usize) -> Symmetric {
        Symmetric { size, rows: (1..=size).map(|len| vec![0.0; len]).collect() }
    }

    /// Adds to the element at (`a`, `b`), which is the one at (`b`, `a`).
    pub(super) fn add(&mut self, a: usize, b: usize, value: f64) {
        self.rows[a.max(b)][a.min(b)] += value;
    }

    /// The factor (Golub and Van Loan, Matrix Computations, 4.2); nothing if the matrix is not
    /// positive definite.
    pub(super) fn cholesky(mut self) -> Option<Cholesky> {
        for row in 0..self.size {
            let (above, rest) = self.rows.split_at_mut(row);
            let current = &mut rest[0];
            for column in 0..row {
                let done = dot(&current[..column], &above[column][..column]);
                current[column] = (current[column] - done) / above[column][column];
            }
            let left = current[row] - dot(&current[..row], &current[..row]);
            if !(left > 0.0 && left.is_finite()) {
                return None;
            }
            current[row] = left.sqrt();
        }
        Some(Cholesky { size: self.size, rows: self.rows })
    }
}

impl Cholesky {
    /// The x of A x = `b`; `b` has as many elements as A has rows.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for row in 0..self.size {
            x[row] = (x[row] - dot(&self.rows[row][..row], &x[..row])) / self.rows[row][row];
        }
        for row in (0..self.size).rev() {
            x[row] /= self.rows[row][row];
            let value = x[row];
            for (earlier, factor) in x[..row].iter_mut().zip(&self.rows[row]) {
                *earlier -= factor * value;
            }
        }
        x
    }

    /// The columns of A⁻¹, which are its rows as well.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let unit = |at: usize| (0..self.size).map(|i| f64::from(u8::from(i == at))).collect::<Vec<_>>();
        (0..self.size).map(|column| self.solve(&unit(column))).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(lower: &[&[f64]]) -> Symmetric {
        let mut matrix = Symmetric::zeros(lower.len());
        for (row, values) in lower.iter().enumerate() {
            values.iter().enumerate().for_each(|(column, value)| matrix.add(column, row, *value));
        }
        matrix
    }

    #[test]
    fn a_known_system_is_solved() {
        let cholesky = matrix(&[&[4.0], &[12.0, 37.0], &[-16.0, -43.0, 98.0]]).cholesky().unwrap();
        assert_eq!(cholesky.rows, [vec![2.0], vec![6.0, 1.0], vec![-8.0, 5.0, 3.0]]);
        let x = cholesky.solve(&[0.0, 6.0, 39.0]);
        for (got, want) in x.iter().zip([1.0, 1.0, 1.0]) {
            assert!((got - want).abs() < 1e-9, "{x:?}");
        }
        let inverse = cholesky.inverse();
        assert!(
            (inverse[0][0] - 49.361_111_111).abs() < 1e-6 && (inverse[1][0] - inverse[0][1]).abs() < 1e-9
        );
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        assert!(matrix(&[&[1.0], &[2.0, 1.0]]).cholesky().is_none());
        assert!(matrix(&[&[f64::NAN]]).cholesky().is_none());
        assert!(Symmetric::zeros(0).cholesky().is_some());
    }
}
