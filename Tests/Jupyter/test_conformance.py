"""Jupyter's own tests of kernels. Left out by it, for want of a sample: a pager (help comes as output), text on the error
output (nothing of the language writes there) and clear_output."""
import jupyter_kernel_test


class ConformanceTests(jupyter_kernel_test.KernelTests):
    kernel_name = "imf"
    language_name = "imf"
    file_extension = ".imf"
    code_hello_world = 'print("hello, world")'
    completion_samples = [
        {"text": "sampl", "matches": {"sample"}},
        {"text": "sample(1, omeg", "matches": {"omega = "}},
        {"text": "θ = softma", "matches": {"softmax"}},
    ]
    complete_code_samples = ["1 + 1", "fn f(x) { x }", "x = 3\ny = 4", "# a comment", "?sample", ":who"]
    incomplete_code_samples = ["fn f(x) {", "sample(1,", "1 +", '"""text']
    invalid_code_samples = ["1 1)", "fn 3()", "x = = 3"]
    code_generate_error = "ones([2, 3]) @ ones([2, 3])"
    code_execute_result = [{"code": "1 + 2", "result": "3"}, {"code": "[1, 2] + [3]", "result": "[1, 2, 3]"},
                           {"code": '"text"', "result": '"text"'}]
    code_display_data = [{"code": "show(zeros([4, 8, 8, 1]))", "mime": "image/png"}, {"code": "plot([3, 1, 2])", "mime": "image/png"},
                         {"code": "hist(randn(100)) |> show", "mime": "image/png"}]
    code_history_pattern = "1 +*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "sample"
