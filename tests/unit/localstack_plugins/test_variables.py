from pipeline_localstack.runtime.variables import function_environment

PLATFORM = {
    "AWS_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": 128,
    "AWS_EXECUTION_ENV": "AWS_Lambda_rapid",
    "LOCALSTACK_RUNTIME_ENDPOINT": "http://127.0.0.1",
    "EDGE_PORT": "4566",
    "JOBS_TABLE": "jobs",
}


def test_variables_of_localstack_are_left_out() -> None:
    environment = function_environment(PLATFORM, {}, "python3.13")
    assert not [name for name in environment if "LOCALSTACK" in name or name == "EDGE_PORT"]


def test_functions_own_variable_wins_even_with_a_name_of_localstack() -> None:
    own = {"EDGE_PORT": "mine", "TZ": "Europe/Warsaw"}
    environment = function_environment(PLATFORM, own, "python3.13")
    assert (environment["EDGE_PORT"], environment["TZ"]) == ("mine", "Europe/Warsaw")


def test_numbers_become_text_and_the_runtime_names_itself() -> None:
    environment = function_environment(PLATFORM, {}, "python3.13")
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
